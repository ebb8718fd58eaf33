//! PDF by the LibreOffice of this machine, where there is one.

use std::{
    fs, io,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Names under which LibreOffice is found.
const PROGRAMS: [&str; 2] = ["soffice", "libreoffice"];
/// A report with thousands of points takes minutes.
const LIMIT: Duration = Duration::from_mins(10);
/// How often is looked whether it is done.
const PAUSE: Duration = Duration::from_millis(100);

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// No LibreOffice.
    #[error(
        "本机没有安装 LibreOffice，无法生成 PDF。可改用 docx 在办公软件里另存为 PDF，或用 html 在浏览器里打印"
    )]
    NotInstalled,
    /// It took too long.
    #[error("LibreOffice 没有在 {} 分钟内完成，请改用 docx", LIMIT.as_secs() / 60)]
    TimedOut,
    /// It made nothing.
    #[error("LibreOffice 没有生成 PDF（{0}），请改用 docx")]
    Failed(ExitStatus),
    /// Files for it could not be written or read.
    #[error("无法读写生成 PDF 用的临时文件")]
    Io(#[from] io::Error),
}

/// Turns a document into PDF. Blocks while LibreOffice works, in a folder and with a profile of its
/// own, which are gone afterwards.
pub(crate) fn from_docx(docx: &[u8]) -> Result<Vec<u8>, PdfError> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("report.docx"), docx)?;
    let mut child = start(folder.path())?;
    let status = wait(&mut child, Instant::now() + LIMIT)?;
    let made = fs::read(folder.path().join("report.pdf"));
    made.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => PdfError::Failed(status),
        _ => PdfError::Io(error),
    })
}

fn start(folder: &Path) -> Result<Child, PdfError> {
    for program in PROGRAMS {
        let profile = format!(
            "-env:UserInstallation=file://{}",
            folder.join("profile").display()
        );
        let started = Command::new(program)
            .arg(profile)
            .args(["--headless", "--convert-to", "pdf", "report.docx"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            started => return Ok(started?),
        }
    }
    Err(PdfError::NotInstalled)
}

fn wait(child: &mut Child, until: Instant) -> Result<ExitStatus, PdfError> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() > until {
            child.kill()?;
            child.wait()?;
            return Err(PdfError::TimedOut);
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use std::{process::Command, time::Instant};

    use super::{PdfError, wait};

    #[test]
    fn a_program_that_takes_too_long_is_stopped() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let begun = Instant::now();
        let waited = wait(&mut child, begun);
        assert!(matches!(waited, Err(PdfError::TimedOut)), "{waited:?}");
        assert!(child.try_wait().unwrap().is_some(), "it is gone");
        assert!(begun.elapsed().as_secs() < 30);
    }
}
