//! Clocks and memory.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Processor time that this thread has used.
pub(crate) fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(now.tv_sec).expect("time is not negative");
    Duration::new(seconds, u32::try_from(now.tv_nsec).expect("less than a second"))
}

/// Seconds of processor time that `work` takes.
pub(crate) fn seconds(work: impl FnOnce()) -> f64 {
    let start = processor_time();
    work();
    processor_time().saturating_sub(start).as_secs_f64()
}

/// The two percentiles that figures name, in microseconds.
pub(crate) struct Percentiles {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// Times each of `calls` calls.
pub(crate) fn percentiles(calls: usize, mut call: impl FnMut(usize)) -> Percentiles {
    for index in 0..calls / 4 {
        call(index);
    }
    let mut took: Vec<f64> = (0..calls).map(|index| seconds(|| call(index)) * 1e6).collect();
    took.sort_by(f64::total_cmp);
    Percentiles { p50: took[calls / 2], p99: took[calls * 99 / 100] }
}

/// A line of `/proc/self/status` in megabytes: `VmRSS`, `VmHWM`.
pub(crate) fn memory(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has /proc");
    let kilobytes = status
        .lines()
        .find_map(|text| text.strip_prefix(line)?.strip_prefix(':')?.trim().strip_suffix(" kB"))
        .and_then(|number| number.parse::<f64>().ok())
        .expect("the line is there");
    kilobytes / 1024.0
}
