//! What is not a call to the disk, or not one that fails: handed on as it is.
#![expect(unsafe_code, reason = "SQLite's VFS interface is C")]

use std::ffi::{c_char, c_int};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_vfs};

use super::behind;

pub(super) unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    real!(file.xUnlock(level))
}

pub(super) unsafe extern "C" fn check_reserved_lock(file: *mut sqlite3_file, is_held: *mut c_int) -> c_int {
    real!(file.xCheckReservedLock(is_held))
}

pub(super) unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    real!(file.xSectorSize())
}

pub(super) unsafe extern "C" fn device_characteristics(file: *mut sqlite3_file) -> c_int {
    real!(file.xDeviceCharacteristics())
}

pub(super) unsafe extern "C" fn shm_lock(
    file: *mut sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    real!(file.xShmLock(offset, count, flags))
}

pub(super) unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    // SAFETY: as in `real!`; this method alone answers nothing.
    unsafe {
        let real = behind(file);
        if let Some(barrier) = (*(*real).pMethods).xShmBarrier {
            barrier(real);
        }
    }
}

pub(super) unsafe extern "C" fn shm_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    real!(file.xShmUnmap(delete))
}

pub(super) unsafe extern "C" fn access(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    answer: *mut c_int,
) -> c_int {
    base!(vfs.xAccess(name, flags, answer))
}

pub(super) unsafe extern "C" fn full_pathname(
    vfs: *mut sqlite3_vfs,
    name: *const c_char,
    bytes_max: c_int,
    to: *mut c_char,
) -> c_int {
    base!(vfs.xFullPathname(name, bytes_max, to))
}

pub(super) unsafe extern "C" fn randomness(vfs: *mut sqlite3_vfs, bytes: c_int, to: *mut c_char) -> c_int {
    base!(vfs.xRandomness(bytes, to))
}

pub(super) unsafe extern "C" fn sleep(vfs: *mut sqlite3_vfs, microseconds: c_int) -> c_int {
    base!(vfs.xSleep(microseconds))
}

pub(super) unsafe extern "C" fn current_time(vfs: *mut sqlite3_vfs, to: *mut f64) -> c_int {
    base!(vfs.xCurrentTime(to))
}

pub(super) unsafe extern "C" fn last_error(
    vfs: *mut sqlite3_vfs,
    bytes_max: c_int,
    to: *mut c_char,
) -> c_int {
    base!(vfs.xGetLastError(bytes_max, to))
}

pub(super) unsafe extern "C" fn current_time_ms(vfs: *mut sqlite3_vfs, to: *mut i64) -> c_int {
    base!(vfs.xCurrentTimeInt64(to))
}
