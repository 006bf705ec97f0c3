//! The shim between SQLite and the system's own VFS. All that is not a call to
//! the disk is handed on as it is.
//!
//! It becomes the process's default VFS, so that the shells open their databases
//! as they always do. Each open file is a [`ShimFile`] with the real VFS's file
//! behind it in the same memory, which SQLite allocates by `szOsFile`. The public
//! crates for writing a VFS were looked at first: one has no shared memory, which
//! WAL needs, and the other needs libclang to build.
#![expect(unsafe_code, reason = "SQLite's VFS interface is C; nothing unsafe leaves this file")]

use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr::{null_mut, slice_from_raw_parts};
use std::sync::{Arc, Mutex, Once, PoisonError};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_io_methods, sqlite3_vfs};

use super::file::Name;
use super::{Call, Failure, Shared, Synchronous};

/// Disks in use, by their folders.
static MOUNTED: Mutex<Vec<Arc<Shared>>> = Mutex::new(Vec::new());

pub(super) fn mount(disk: &Arc<Shared>) {
    MOUNTED.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(disk));
}

/// Files that are open stay on the disk until they are closed.
pub(super) fn unmount(disk: &Arc<Shared>) {
    MOUNTED.lock().unwrap_or_else(PoisonError::into_inner).retain(|other| !Arc::ptr_eq(other, disk));
}

/// Makes the shim SQLite's default VFS, once.
pub(super) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: `sqlite3_vfs_find` gives the default VFS, which lives as long as
        // the process, as does the leaked copy of it that is registered.
        let registered = unsafe {
            let base = ffi::sqlite3_vfs_find(std::ptr::null());
            assert!(!base.is_null(), "SQLite has a default VFS");
            let shim = Box::leak(Box::new(shim_over(base)));
            ffi::sqlite3_vfs_register(shim, 1)
        };
        assert_eq!(registered, ffi::SQLITE_OK, "SQLite takes the shim");
    });
}

/// # Safety
///
/// `base` must be a registered VFS.
unsafe fn shim_over(base: *mut sqlite3_vfs) -> sqlite3_vfs {
    // SAFETY: as promised by the caller.
    let of_base = unsafe { &*base };
    let own_bytes = c_int::try_from(size_of::<ShimFile>()).unwrap_or(c_int::MAX);
    sqlite3_vfs {
        iVersion: 2,
        szOsFile: of_base.szOsFile + own_bytes,
        mxPathname: of_base.mxPathname,
        pNext: null_mut(),
        zName: c"hamgam-faulty-disk".as_ptr(),
        pAppData: base.cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(pass::access),
        xFullPathname: Some(pass::full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(pass::randomness),
        xSleep: Some(pass::sleep),
        xCurrentTime: Some(pass::current_time),
        xGetLastError: Some(pass::last_error),
        xCurrentTimeInt64: Some(pass::current_time_ms),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }
}

/// An open file; the real one lies right behind it.
#[repr(C)]
struct ShimFile {
    base: sqlite3_file,
    /// Null for a file that lies on no faulty disk.
    tracked: *mut Tracked,
}

/// A file on a faulty disk.
struct Tracked {
    disk: Arc<Shared>,
    path: PathBuf,
    /// Whether its first flush flushes the folder too, as SQLite does for the
    /// journals that it makes.
    flushes_names: bool,
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    // Without the memory mapping of version 3, so that every read is a call.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(pass::unlock),
    xCheckReservedLock: Some(pass::check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(pass::sector_size),
    xDeviceCharacteristics: Some(pass::device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(pass::shm_lock),
    xShmBarrier: Some(pass::shm_barrier),
    xShmUnmap: Some(pass::shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Calls a method of the real VFS.
macro_rules! base {
    ($vfs:ident . $method:ident ( $($argument:expr),* )) => {{
        // SAFETY: SQLite passes the VFS that it was given at registration, whose
        // `pAppData` is the real one; the arguments are handed on untouched.
        unsafe {
            let base = (*$vfs).pAppData.cast::<sqlite3_vfs>();
            match (*base).$method {
                Some(method) => method(base $(, $argument)*),
                None => ffi::SQLITE_NOTFOUND,
            }
        }
    }};
}

/// Calls a method of the real file behind a shim's.
macro_rules! real {
    ($file:ident . $method:ident ( $($argument:expr),* )) => {{
        // SAFETY: SQLite passes files that `open` has filled in, with the real
        // file behind; the arguments are handed on untouched.
        unsafe {
            let real = behind($file);
            match (*(*real).pMethods).$method {
                Some(method) => method(real $(, $argument)*),
                None => ffi::SQLITE_NOTFOUND,
            }
        }
    }};
}

mod pass;

/// # Safety
///
/// `file` must be memory of this VFS's `szOsFile` bytes.
unsafe fn behind(file: *mut sqlite3_file) -> *mut sqlite3_file {
    // SAFETY: as promised by the caller; the real file follows the shim's.
    unsafe { file.cast::<ShimFile>().add(1).cast() }
}

/// What is known of a file, if it lies on a faulty disk.
///
/// # Safety
///
/// `file` must have been filled in by `open`, and SQLite uses one file from one
/// thread at a time.
unsafe fn tracked<'a>(file: *mut sqlite3_file) -> Option<&'a mut Tracked> {
    // SAFETY: as promised by the caller; `tracked` is null or from `Box::into_raw`.
    unsafe { (*file.cast::<ShimFile>()).tracked.as_mut() }
}

/// The disk that a path lies on.
///
/// # Safety
///
/// `name` must be null or a string that ends with a zero.
unsafe fn disk_of(name: *const c_char) -> Option<(Arc<Shared>, PathBuf)> {
    if name.is_null() {
        return None;
    }
    // SAFETY: as promised by the caller.
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes();
    let path = path_of(bytes)?;
    let mounted = MOUNTED.lock().unwrap_or_else(PoisonError::into_inner);
    let disk = mounted.iter().find(|disk| path.starts_with(&disk.folder))?;
    Some((Arc::clone(disk), path))
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(Path::new(OsStr::from_bytes(bytes)).to_path_buf())
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    Some(Path::new(OsStr::new(std::str::from_utf8(bytes).ok()?)).to_path_buf())
}

/// Counts a call of a file's disk; the code to fail with, if it fails.
fn permit(file: Option<&mut Tracked>, call: Call) -> Result<(), c_int> {
    match file {
        None => Ok(()),
        Some(file) => file.disk.state().call(call, &file.path).map_err(|failure| code_of(call, failure)),
    }
}

fn code_of(call: Call, failure: Failure) -> c_int {
    match (failure, call) {
        (Failure::Full, _) => ffi::SQLITE_FULL,
        (Failure::Error, Call::Open) => ffi::SQLITE_CANTOPEN,
        (Failure::Error, Call::Read) => ffi::SQLITE_IOERR_READ,
        (Failure::Error, Call::Write) => ffi::SQLITE_IOERR_WRITE,
        (Failure::Error, Call::Truncate) => ffi::SQLITE_IOERR_TRUNCATE,
        (Failure::Error, Call::Sync) => ffi::SQLITE_IOERR_FSYNC,
        (Failure::Error, Call::Size) => ffi::SQLITE_IOERR_FSTAT,
        (Failure::Error, Call::Lock) => ffi::SQLITE_IOERR_LOCK,
        (Failure::Error, Call::Delete) => ffi::SQLITE_IOERR_DELETE,
        (Failure::Error, Call::Map) => ffi::SQLITE_IOERR_SHMMAP,
    }
}

unsafe extern "C" fn open(
    vfs: *mut sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let shim = file.cast::<ShimFile>();
    // SAFETY: SQLite gives `szOsFile` bytes of memory; a name is null or ends with
    // a zero. Without methods SQLite does not close what was not opened.
    let disk = unsafe {
        (*shim).base.pMethods = std::ptr::null();
        (*shim).tracked = null_mut();
        disk_of(name)
    };
    if let Some((disk, path)) = &disk
        && let Err(failure) = disk.state().call(Call::Open, path)
    {
        return code_of(Call::Open, failure);
    }
    let is_new = disk.as_ref().is_some_and(|(_, path)| !path.exists());
    // SAFETY: the memory behind the shim's is the real VFS's to fill in.
    let real = unsafe { behind(file) };
    let opened = base!(vfs.xOpen(name, real, flags, out_flags));
    if opened != ffi::SQLITE_OK {
        return opened;
    }
    let tracked = disk.map(|(disk, path)| {
        let name = if is_new { Name::New } else { Name::Lasting };
        disk.state().opened(&path, || std::fs::read(&path).unwrap_or_default(), name);
        let journals = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;
        Tracked { disk, path, flushes_names: is_new && flags & journals != 0 }
    });
    // SAFETY: as above; `close` takes the box back.
    unsafe {
        (*shim).tracked = tracked.map_or(null_mut(), |tracked| Box::into_raw(Box::new(tracked)));
        (*shim).base.pMethods = &raw const METHODS;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let closed = real!(file.xClose());
    let shim = file.cast::<ShimFile>();
    // SAFETY: `tracked` is null or from `Box::into_raw`, and a file is closed once.
    unsafe {
        if !(*shim).tracked.is_null() {
            drop(Box::from_raw((*shim).tracked));
            (*shim).tracked = null_mut();
        }
    }
    closed
}

unsafe extern "C" fn read(file: *mut sqlite3_file, to: *mut c_void, bytes: c_int, at: i64) -> c_int {
    // SAFETY: the file is one of `open`'s.
    match permit(unsafe { tracked(file) }, Call::Read) {
        Ok(()) => real!(file.xRead(to, bytes, at)),
        Err(code) => code,
    }
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, bytes: c_int, at: i64) -> c_int {
    // SAFETY: the file is one of `open`'s.
    let mut tracked = unsafe { tracked(file) };
    let permitted = permit(tracked.as_deref_mut(), Call::Write);
    // A write that fails may have got half way.
    let bytes = if permitted.is_ok() { bytes } else { bytes / 2 };
    let written = real!(file.xWrite(from, bytes, at));
    if written == ffi::SQLITE_OK
        && let Some(tracked) = tracked
        && let (Ok(at), Ok(length)) = (usize::try_from(at), usize::try_from(bytes))
    {
        // SAFETY: SQLite passes that many bytes.
        let content = unsafe { &*slice_from_raw_parts(from.cast::<u8>(), length) };
        tracked.write(at, content);
    }
    permitted.map_or_else(|code| code, |()| written)
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    // SAFETY: the file is one of `open`'s.
    let mut tracked = unsafe { tracked(file) };
    if let Err(code) = permit(tracked.as_deref_mut(), Call::Truncate) {
        return code;
    }
    let cut = real!(file.xTruncate(size));
    if cut == ffi::SQLITE_OK
        && let Some(tracked) = tracked
        && let Ok(size) = usize::try_from(size)
    {
        tracked.truncate(size);
    }
    cut
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: the file is one of `open`'s.
    match unsafe { tracked(file) } {
        None => real!(file.xSync(flags)),
        Some(tracked) => match tracked.sync() {
            Ok(()) => ffi::SQLITE_OK,
            Err(failure) => code_of(Call::Sync, failure),
        },
    }
}

impl Tracked {
    /// After the power has gone nothing changes any more on the disk.
    fn write(&self, at: usize, bytes: &[u8]) {
        let mut state = self.disk.state();
        if state.is_on()
            && let Some(file) = state.file(&self.path)
        {
            file.write(at, bytes);
        }
    }

    fn truncate(&self, to: usize) {
        let mut state = self.disk.state();
        if let Some(file) = state.file(&self.path) {
            file.truncate(to);
        }
    }

    fn sync(&mut self) -> Result<(), Failure> {
        let mut state = self.disk.state();
        let permitted = state.call(Call::Sync, &self.path);
        let is_on = state.is_on();
        if let Some(file) = state.file(&self.path).filter(|_| is_on) {
            match permitted {
                Ok(()) => file.flush(),
                Err(_) => file.lose(),
            }
        }
        if permitted.is_ok() && std::mem::take(&mut self.flushes_names) {
            state.flush_names();
        }
        permitted
    }
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: the file is one of `open`'s.
    match permit(unsafe { tracked(file) }, Call::Size) {
        Ok(()) => real!(file.xFileSize(size)),
        Err(code) => code,
    }
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is one of `open`'s.
    match permit(unsafe { tracked(file) }, Call::Lock) {
        Ok(()) => real!(file.xLock(level)),
        Err(code) => code,
    }
}

unsafe extern "C" fn file_control(file: *mut sqlite3_file, what: c_int, argument: *mut c_void) -> c_int {
    if what == ffi::SQLITE_FCNTL_PRAGMA {
        // SAFETY: the file is one of `open`'s, and for this control the argument is
        // an array of three strings.
        unsafe {
            if let Some(tracked) = tracked(file) {
                lower_synchronous(tracked, argument.cast());
            }
        }
    }
    real!(file.xFileControl(what, argument))
}

/// SQLite shows each pragma to the VFS before it reads its value, in a buffer of
/// its own: the value is overwritten there by a digit of the same meaning.
///
/// # Safety
///
/// `strings` must be as `SQLITE_FCNTL_PRAGMA` passes them: the name second, the
/// value third, both ending with a zero, the value null if there is none.
unsafe fn lower_synchronous(file: &Tracked, strings: *mut *mut c_char) {
    let Some(lower) = file.disk.state().synchronous else { return };
    // SAFETY: as promised by the caller; a value has a byte at least, and its zero.
    unsafe {
        let (name, value) = (*strings.add(1), *strings.add(2));
        if value.is_null()
            || *value == 0
            || !CStr::from_ptr(name).to_bytes().eq_ignore_ascii_case(b"synchronous")
        {
            return;
        }
        *value = match lower {
            Synchronous::Normal => c_char::from_ne_bytes(*b"1"),
            Synchronous::Off => c_char::from_ne_bytes(*b"0"),
        };
        *value.add(1) = 0;
    }
}

unsafe extern "C" fn shm_map(
    file: *mut sqlite3_file,
    region: c_int,
    bytes: c_int,
    extend: c_int,
    to: *mut *mut c_void,
) -> c_int {
    // SAFETY: the file is one of `open`'s.
    match permit(unsafe { tracked(file) }, Call::Map) {
        Ok(()) => real!(file.xShmMap(region, bytes, extend, to)),
        Err(code) => code,
    }
}

unsafe extern "C" fn delete(vfs: *mut sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: a name ends with a zero.
    let disk = unsafe { disk_of(name) };
    if let Some((disk, path)) = &disk
        && let Err(failure) = disk.state().call(Call::Delete, path)
    {
        return code_of(Call::Delete, failure);
    }
    let deleted = base!(vfs.xDelete(name, sync_folder));
    if let Some((disk, path)) = disk
        && deleted == ffi::SQLITE_OK
    {
        let mut state = disk.state();
        if let Some(file) = state.file(&path) {
            file.delete();
        }
        if sync_folder != 0 {
            state.flush_names();
        }
    }
    deleted
}
