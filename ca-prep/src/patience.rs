//! Waiting for the other side, but not for longer than a time, however small the pieces that it sends.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// A connection whose reads and writes can be given a time.
pub(crate) trait Timed {
    fn time_reads(&self, longest: Duration) -> io::Result<()>;
    fn time_writes(&self, longest: Duration) -> io::Result<()>;
}

/// A connection that is over at a moment.
#[derive(Debug)]
pub(crate) struct Patient<S> {
    stream: S,
    until: Instant,
}

impl<S: Timed> Patient<S> {
    pub(crate) fn new(stream: S, longest: Duration) -> Self {
        Self { stream, until: Instant::now() + longest }
    }

    /// Gives it more time from now on.
    pub(crate) fn again(&mut self, longest: Duration) {
        self.until = Instant::now() + longest;
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl<S: Timed + Read> Read for Patient<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.time_reads(self.left()?)?;
        self.stream.read(buffer)
    }
}

impl<S: Timed + Write> Write for Patient<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.time_writes(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Timed for TcpStream {
    fn time_reads(&self, longest: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(longest))
    }

    fn time_writes(&self, longest: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(longest))
    }
}

impl Timed for &UnixStream {
    fn time_reads(&self, longest: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(longest))
    }

    fn time_writes(&self, longest: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trickle_does_not_buy_time() {
        let (here, there) = UnixStream::pair().unwrap();
        let trickle = std::thread::spawn(move || {
            while (&there).write_all(b".").is_ok() {
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let begin = Instant::now();
        let mut patient = Patient::new(&here, Duration::from_millis(100));
        let error = patient.read_exact(&mut vec![0; 100_000]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(5));
        drop(here);
        trickle.join().unwrap();
    }
}
