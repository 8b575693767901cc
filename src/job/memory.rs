//! Memory that a worker doesn't need any more goes back to the system.

/// From this many bytes on.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 1024 * 1024;

/// To be called once, at the start of a worker's process.
///
/// glibc keeps up to 32 MB for each thread once a block of that size was free, which for rows of
/// many megabytes is most of the memory. Other systems give large blocks back by themselves.
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes two numbers and changes nothing but where later allocations come from.
    unsafe {
        nix::libc::mallopt(nix::libc::M_MMAP_THRESHOLD, LARGE);
    }
}
