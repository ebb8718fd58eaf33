//! PDF by the LibreOffice of this machine, where there is one.

use std::{
    env, fs, io,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use caifeng_report::FONTS;

/// Names under which LibreOffice is found.
const PROGRAMS: [&str; 2] = ["soffice", "libreoffice"];
/// A report of three thousand points takes half a minute on a processor of its own, on a busy machine
/// longer.
const LIMIT: Duration = Duration::from_mins(10);
/// Where fontconfig reads which file tells about fonts, and where it is otherwise.
const FONTS_VARIABLE: &str = "FONTCONFIG_FILE";
const SYSTEM_FONTS: &str = "/etc/fonts/fonts.conf";
const FONTS_FILE: &str = "fonts.conf";
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
    fs::write(folder.path().join(FONTS_FILE), fonts())?;
    let mut child = start(folder.path())?;
    let status = wait(&mut child, Instant::now() + LIMIT)?;
    let made = fs::read(folder.path().join("report.pdf"));
    made.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => PdfError::Failed(status),
        _ => PdfError::Io(error),
    })
}

/// What this machine says about fonts, and what to take for those of official documents that it lacks:
/// by itself it would take the first that has the character, in a Japanese form too.
fn fonts() -> String {
    let system = env::var(FONTS_VARIABLE).unwrap_or_else(|_| SYSTEM_FONTS.to_owned());
    let family = |name: &str| format!("<family>{name}</family>");
    let aliases = FONTS.map(|(font, alternatives)| {
        let alternatives: String = alternatives.split(';').map(family).collect();
        format!(
            "<alias binding=\"same\">{}<accept>{alternatives}</accept></alias>",
            family(font)
        )
    });
    format!(
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\">\
         <fontconfig><include ignore_missing=\"yes\">{system}</include>{}</fontconfig>",
        aliases.concat()
    )
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
            .env(FONTS_VARIABLE, folder.join(FONTS_FILE))
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
