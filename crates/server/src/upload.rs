//! Forms with files. Whoever may not upload is refused before anything is read.

use std::collections::BTreeMap;

use axum::extract::{Multipart, multipart::MultipartError, multipart::MultipartRejection};

use crate::error::Fault;

/// Characters shown of a file's name.
const NAME_CHARS: usize = 100;

/// What came with a form.
#[derive(Default)]
pub(crate) struct Uploaded {
    /// The bytes of the files that were chosen.
    pub(crate) files: Vec<Vec<u8>>,
    /// What the last of them is called, to be shown; never part of a path.
    file_name: String,
    /// Everything else that was filled in.
    pub(crate) texts: Texts,
}

/// What was filled in, by the names of the fields. Some fields come more than once.
#[derive(Default)]
pub(crate) struct Texts(BTreeMap<String, Vec<String>>);

impl Texts {
    /// What was filled in there last; empty where nothing was.
    pub(crate) fn one(&self, name: &str) -> &str {
        let all = self.0.get(name);
        all.and_then(|all| all.last()).map_or("", String::as_str)
    }

    /// Everything that was chosen there.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0.get(name).cloned().unwrap_or_default()
    }

    fn add(&mut self, name: String, text: String) {
        self.0.entry(name).or_default().push(text);
    }
}

impl From<Vec<(String, String)>> for Texts {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut texts = Self::default();
        for (name, text) in pairs {
            texts.add(name, text);
        }
        texts
    }
}

impl Uploaded {
    /// Reads all of a form.
    pub(crate) async fn read(form: Result<Multipart, MultipartRejection>) -> Result<Self, Fault> {
        let mut form = form.map_err(|rejection| Fault::unreadable(rejection.status(), "表单"))?;
        let mut uploaded = Self::default();
        while let Some(field) = form.next_field().await.map_err(|e| refused(&e))? {
            let file_name = field.file_name().map(shown);
            let is_file = file_name.is_some();
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|e| refused(&e))?;
            // A browser sends an empty file where none was chosen.
            if is_file && !bytes.is_empty() {
                uploaded.files.push(bytes.to_vec());
                uploaded.file_name = file_name.unwrap_or_default();
            } else if !is_file {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                uploaded.texts.add(name, text);
            }
        }
        Ok(uploaded)
    }

    /// What was filled in there; empty where nothing was.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.texts.one(name)
    }

    /// What the file is called that was chosen last.
    pub(crate) fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The one file that was asked for.
    pub(crate) fn only(mut self) -> Result<Vec<u8>, Fault> {
        match (self.files.pop(), self.files.is_empty()) {
            (Some(file), true) => Ok(file),
            _ => Err(Fault::invalid("请选择一个文件")),
        }
    }
}

/// A file's name as it can be shown: the last part, without signs that nobody sees, and not long.
fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen = last.chars().filter(|c| !c.is_control());
    seen.take(NAME_CHARS).collect()
}

fn refused(error: &MultipartError) -> Fault {
    Fault::unreadable(error.status(), "表单")
}
