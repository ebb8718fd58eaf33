//! Packed weights as a file beside the model: what is mapped need not be read, checked and packed anew.

#![expect(unsafe_code, reason = "a file is mapped into memory")]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use memmap2::Mmap;

use super::slab::{Packer, Reader};

/// Bytes in front of the weights: a line that says what this is, the key, the identity, the checksum
/// and length of what follows, then zeros.
const HEAD: usize = 4096;
/// Raised whenever weights are packed otherwise.
const WHAT: &str = "caifeng packed weights 1";

/// The weights at `path`, if they were packed under this `key` and are whole, and the identity of the
/// model that they belong to.
pub(crate) fn open(path: &Path, key: &str) -> Option<(String, Reader)> {
    let file = File::open(path).ok()?;
    // SAFETY: we replace such a file as a whole, and never write into one. Who else cuts it short
    // while it is mapped ends this program.
    let map = unsafe { Mmap::map(&file) }.ok()?;
    let (head, weights) = map.split_at_checked(HEAD)?;
    let end = head.iter().position(|byte| *byte == 0)?;
    let mut lines = str::from_utf8(&head[..end]).ok()?.lines();
    if lines.next()? != WHAT || lines.next()? != key {
        return None;
    }
    let identity = lines.next()?.to_owned();
    if lines.next()? != checksum(weights) {
        return None;
    }
    Some((identity, Reader::of(map, HEAD)))
}

/// Writes such a file, as a whole or not at all.
pub(crate) fn write(path: &Path, key: &str, identity: &str, packed: &Packer) -> io::Result<()> {
    let weights = packed.bytes();
    let mut head = format!("{WHAT}\n{key}\n{identity}\n{}\n", checksum(weights)).into_bytes();
    if head.len() >= HEAD || head.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    head.resize(HEAD, 0);
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = (|| {
        let mut file = File::create(&unfinished)?;
        file.write_all(&head)?;
        file.write_all(weights)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    })();
    if written.is_err() {
        // Nothing is lost: it is packed anew the next time.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn checksum(bytes: &[u8]) -> String {
    format!("{:08x} {}", crc32fast::hash(bytes), bytes.len())
}
