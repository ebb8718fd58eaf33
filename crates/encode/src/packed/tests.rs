//! What is packed once and kept beside the model.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::install::tiny;
use crate::manifest::WEIGHTS;
use crate::{Encoder as _, Kernel, Role, SentenceEncoder};

const TEXTS: [&str; 3] = ["电梯坏", "坏", "电 梯 电 梯 电 梯 电 梯 电 梯 坏 坏"];

/// All kernels whose weights are packed.
fn kernels() -> impl Iterator<Item = Kernel> {
    let available = Kernel::available().into_iter();
    available.filter(|kernel| *kernel != Kernel::Candle)
}

fn vectors(folder: &Path, kernel: Kernel) -> (String, Vec<Vec<f32>>) {
    let encoder = SentenceEncoder::load(folder, Some(kernel)).unwrap();
    let vectors = encoder.encode(&TEXTS, Role::Query, &()).unwrap();
    let rows = vectors.rows().map(<[f32]>::to_vec).collect();
    (encoder.identity().to_owned(), rows)
}

/// Writes weights as of this date.
fn put(folder: &Path, weights: &[u8], date: SystemTime) {
    let path = folder.join(WEIGHTS);
    fs::write(&path, weights).unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    file.set_modified(date).unwrap();
}

#[test]
fn what_was_packed_once_is_not_read_again_unless_it_changes() {
    let folder = tiny::model_dir();
    let folder = folder.path();
    let path = folder.join(WEIGHTS);
    let date = fs::metadata(&path).unwrap().modified().unwrap();
    let before = fs::read(&path).unwrap();
    let mut other = before.clone();
    // The lowest bits of the last number.
    other[before.len() - 4] ^= 0xff;
    for kernel in kernels() {
        put(folder, &before, date);
        let first = vectors(folder, kernel);
        put(folder, &other, date);
        assert_eq!(vectors(folder, kernel), first, "{kernel}");
        put(folder, &other, date + Duration::from_secs(1));
        let second = vectors(folder, kernel);
        assert_ne!(
            second.0, first.0,
            "{kernel}: the identity is that of the weights"
        );
    }
}

#[test]
fn what_is_damaged_is_packed_anew() {
    let folder = tiny::model_dir();
    for kernel in kernels() {
        let first = vectors(folder.path(), kernel);
        let path = folder.path().join(format!("packed-{kernel}.bin"));
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for bytes in [
            &flipped[..],
            &whole[..whole.len() - 64],
            &whole[..100],
            &[0; 8192],
            b"",
        ] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(vectors(folder.path(), kernel), first, "{kernel}");
            assert_eq!(fs::read(&path).unwrap(), whole, "{kernel}");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_does() {
    let folder = tiny::model_dir();
    for kernel in kernels() {
        let path = folder.path().join(format!("packed-{kernel}.bin"));
        // Whoever runs this may write everywhere; nobody can write a file where a folder is.
        fs::create_dir_all(path.join("inside")).unwrap();
        let first = vectors(folder.path(), kernel);
        fs::remove_dir_all(&path).unwrap();
        assert_eq!(vectors(folder.path(), kernel), first, "{kernel}");
        let names = fs::read_dir(folder.path()).unwrap();
        let unfinished = names.filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(".tmp")
        });
        assert_eq!(unfinished.count(), 0, "{kernel}");
    }
}

/// The tiny model's weights as each kernel packs them. Where one of these changes, files packed by an
/// earlier version of this program must not be read any more: raise the number in `file::WHAT`.
#[test]
fn the_layout_is_the_one_that_its_number_stands_for() {
    let folder = tiny::model_dir();
    let sum = |kernel: Kernel| {
        vectors(folder.path(), kernel);
        let packed = fs::read(folder.path().join(format!("packed-{kernel}.bin"))).unwrap();
        (kernel, crc32fast::hash(&packed[4096..]))
    };
    let want = [
        (Kernel::Amx, 1_543_877_261),
        (Kernel::Vnni, 616_843_654),
        (Kernel::Avx512, 2_318_276_243),
        (Kernel::Avx2, 1_635_386_593),
    ];
    let want = want.into_iter().filter(|(kernel, _)| kernel.is_available());
    assert!(
        kernels().map(sum).eq(want.clone()),
        "{:?}",
        kernels().map(sum).collect::<Vec<_>>()
    );
}
