//! Counts what is allocated.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<(u64, u64)> = const { Cell::new((0, 0)) };
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "the trait is unsafe; every call goes to the system's allocator unchanged")]
// SAFETY: `System` keeps the contract, and counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: `memory` came from `System` with this `layout`.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: `memory` came from `System` with this `layout`, and the caller vouches for `size`.
        unsafe { System.realloc(memory, layout, size) }
    }
}

fn count(bytes: usize) {
    COUNT.with(|cell| {
        let (calls, sum) = cell.get();
        cell.set((calls + 1, sum + bytes as u64));
    });
}

/// Calls to the allocator, and bytes asked for, while `work` runs on this thread.
pub(crate) fn during<T>(work: impl FnOnce() -> T) -> (T, u64, u64) {
    let (calls, bytes) = COUNT.get();
    let result = work();
    let (calls_after, bytes_after) = COUNT.get();
    (result, calls_after - calls, bytes_after - bytes)
}
