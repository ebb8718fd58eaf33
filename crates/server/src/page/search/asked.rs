//! What the form asks for, and the address that asks for the same.

use std::fmt::Write;

use axum::{extract::Query, http::Uri};
use caifeng_app::{SeekKind, SeekRequest};
use caifeng_domain::{ArticleNo, Channel, Named, Status};
use serde::Deserialize;

use crate::error::Fault;

/// Longest query taken, in characters: more is a pasted page.
const MAX_CHARS: usize = 500;

/// The fields of the form. Those left empty do not matter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::page) struct Asked {
    pub(super) q: String,
    pub(super) kind: String,
    pub(super) consultation: String,
    pub(super) article: String,
    pub(super) channel: String,
    pub(super) station: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) status: String,
    pub(super) validity: String,
    page: String,
    pub(super) format: String,
}

impl Asked {
    /// Whether nothing was asked for.
    pub(super) fn is_blank(&self) -> bool {
        self.q.trim().is_empty() && !self.is_narrowed()
    }

    /// Whether any condition was set.
    pub(super) fn is_narrowed(&self) -> bool {
        self.conditions().iter().any(|(_, value)| !value.is_empty())
    }

    /// The page, from 0.
    pub(super) fn page(&self) -> usize {
        self.page.parse().unwrap_or_default()
    }

    fn conditions(&self) -> [(&'static str, &str); 8] {
        [
            ("consultation", &self.consultation),
            ("article", &self.article),
            ("channel", &self.channel),
            ("station", &self.station),
            ("from", &self.from),
            ("to", &self.to),
            ("status", &self.status),
            ("validity", &self.validity),
        ]
    }

    pub(super) fn request(&self) -> Result<SeekRequest, Fault> {
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let article = said(&self.article).map(|text| {
            let number = text.parse::<ArticleNo>();
            number.map_err(|_| Fault::invalid("条号应写成 34 或 120-1 的形式"))
        });
        Ok(SeekRequest {
            text: self.q.chars().take(MAX_CHARS).collect(),
            kind: named::<SeekKind>("范围", &self.kind)?,
            consultation: said(&self.consultation),
            article: article.transpose()?,
            channel: named::<Channel>("渠道", &self.channel)?,
            station: said(&self.station),
            from: said(&self.from),
            to: said(&self.to),
            status: named::<Status>("类别", &self.status)?,
            validity: said(&self.validity),
            page: self.page(),
        })
    }

    /// The query of an address that asks for the same, from its first page.
    pub(super) fn address(&self) -> String {
        let mut out = format!("q={}", escaped(&self.q));
        let kind = [("kind", &*self.kind)];
        for (name, value) in kind.into_iter().chain(self.conditions()) {
            if !value.is_empty() {
                // Writing to a string does not fail.
                let _ = write!(out, "&{name}={}", escaped(value));
            }
        }
        out
    }

    /// The same with another kind.
    pub(super) fn of_kind(&self, kind: &str) -> String {
        let other = Self {
            kind: kind.to_owned(),
            ..self.clone()
        };
        other.address()
    }

    /// Reads what [`Self::address`] wrote.
    pub(super) fn from_address(query: &str) -> Result<Self, Fault> {
        let bad = || Fault::invalid("检索条件不完整，请重新检索后再保存");
        let uri: Uri = format!("/?{query}").parse().map_err(|_| bad())?;
        let Query(asked) = Query::<Self>::try_from_uri(&uri).map_err(|_| bad())?;
        Ok(asked)
    }
}

fn named<T: Named>(what: &str, name: &str) -> Result<Option<T>, Fault> {
    if name.is_empty() {
        return Ok(None);
    }
    let found = T::from_name(name).map(Some);
    found.ok_or_else(|| Fault::invalid(format!("没有这种{what}")))
}

/// Everything but letters and digits spelt out.
pub(in crate::page) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'-' | b'_' | b'.' => out.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => out.push(byte.into()),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Asked;

    #[test]
    fn an_address_asks_for_the_same_again() {
        let asked = Asked {
            q: "停车 & 收费=\"多\"?".to_owned(),
            kind: "point".to_owned(),
            from: "2026-03-01".to_owned(),
            ..Asked::default()
        };
        let address = asked.address();
        assert!(!address.contains([' ', '"', '<']), "{address}");
        let again = Asked::from_address(&address).unwrap();
        assert_eq!(
            (&again.q, &again.kind, &again.from),
            (&asked.q, &asked.kind, &asked.from)
        );
        assert_eq!(again.address(), address);
        assert!(Asked::from_address("a\nb").is_err());
    }
}
