//! Forms with files. Whoever may not upload is refused before anything is read.

use std::collections::BTreeMap;

use axum::extract::{Multipart, multipart::MultipartError, multipart::MultipartRejection};

use crate::error::Fault;

/// What came with a form.
#[derive(Default)]
pub(crate) struct Uploaded {
    /// The bytes of the files that were chosen. What they are called is not looked at.
    pub(crate) files: Vec<Vec<u8>>,
    /// Everything else that was filled in.
    texts: BTreeMap<String, String>,
}

impl Uploaded {
    /// Reads all of a form.
    pub(crate) async fn read(form: Result<Multipart, MultipartRejection>) -> Result<Self, Fault> {
        let mut form = form.map_err(|rejection| Fault::unreadable(rejection.status(), "表单"))?;
        let mut uploaded = Self::default();
        while let Some(field) = form.next_field().await.map_err(|e| refused(&e))? {
            let is_file = field.file_name().is_some();
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|e| refused(&e))?;
            // A browser sends an empty file where none was chosen.
            if is_file && !bytes.is_empty() {
                uploaded.files.push(bytes.to_vec());
            } else if !is_file {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                uploaded.texts.insert(name, text);
            }
        }
        Ok(uploaded)
    }

    /// What was filled in there; empty where nothing was.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    /// The one file that was asked for.
    pub(crate) fn only(mut self) -> Result<Vec<u8>, Fault> {
        match (self.files.pop(), self.files.is_empty()) {
            (Some(file), true) => Ok(file),
            _ => Err(Fault::invalid("请选择一个文件")),
        }
    }
}

fn refused(error: &MultipartError) -> Fault {
    Fault::unreadable(error.status(), "表单")
}
