//! What is configured of a WeChat account.

use std::fmt;

use caifeng_channel::wechat::{Account, Mode, WechatError};
use serde::Deserialize;

/// `[wechat.NAME]` of the configuration: what the platform's page 服务器配置 shows.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatSettings {
    /// Token.
    pub token: String,
    /// AppID.
    pub app_id: String,
    /// EncodingAESKey: not needed in plain mode.
    pub encoding_aes_key: Option<String>,
    /// Which bodies are taken.
    #[serde(default)]
    pub mode: WechatMode,
}

/// How messages are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WechatMode {
    /// 明文模式
    Plain,
    /// 兼容模式
    Compatible,
    /// 安全模式
    #[default]
    Safe,
}

/// Token and key are secrets.
impl fmt::Debug for WechatSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WechatSettings")
            .field("app_id", &self.app_id)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

impl WechatSettings {
    pub(super) fn account(&self) -> Result<Account, WechatError> {
        let mode = match self.mode {
            WechatMode::Plain => Mode::Plain,
            WechatMode::Compatible => Mode::Compatible,
            WechatMode::Safe => Mode::Safe,
        };
        let key = self.encoding_aes_key.as_deref();
        Account::new(&self.token, &self.app_id, mode, key)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Config, Overrides};

    #[test]
    fn an_account_is_read_from_the_file_and_its_secrets_are_not_shown() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("caifeng.toml");
        let text = "[wechat.lianxidian]\ntoken = \"geheim\"\napp_id = \"wx1\"\nmode = \"plain\"\n";
        std::fs::write(&file, text).unwrap();
        let config = Config::load(Overrides::default(), Some(&file)).unwrap();
        assert!(config.wechat["lianxidian"].account().is_ok());
        let shown = format!("{config:?}");
        assert!(
            shown.contains("wx1") && !shown.contains("geheim"),
            "{shown}"
        );
        // The usual mode needs a key.
        std::fs::write(&file, text.replace("mode = \"plain\"\n", "")).unwrap();
        let config = Config::load(Overrides::default(), Some(&file)).unwrap();
        assert!(super::super::accounts(&config.wechat).is_err());
    }
}
