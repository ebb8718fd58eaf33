//! Folder, disk, key and model.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use caifeng_encode::{Kernel, SentenceEncoder};

use super::{Finding, told};
use crate::Config;

/// Below this much free space somebody should look: a backup of a large database, and room for
/// temporary files.
const LITTLE: u64 = 5 << 30;
/// What the group and everybody else may do with a file.
const OTHERS: u32 = 0o077;
/// Below this intake may soon fail.
const TOO_LITTLE: u64 = 500 << 20;

pub(super) fn look(config: &Config) -> Vec<Finding> {
    vec![
        folder(&config.data),
        space(&config.data),
        key(config),
        model(config),
    ]
}

fn folder(data: &Path) -> Finding {
    let what = "数据目录";
    let shown = data.display();
    let mode = match fs::metadata(data) {
        Ok(metadata) => metadata.permissions().mode(),
        Err(error) => {
            let advice = "首次使用时会自动建立；否则请检查 --data";
            return Finding::attention(what, format!("{shown}：{error}"), advice);
        }
    };
    if let Err(error) = tempfile::tempfile_in(data) {
        let advice = "请把目录的属主改为运行本程序的用户";
        return Finding::wrong(what, format!("{shown} 不能写入：{error}"), advice);
    }
    if mode & OTHERS == 0 {
        Finding::good(what, format!("{shown}，仅属主可读写"))
    } else {
        let found = format!("{shown} 的权限是 {:o}，其他用户也能进入", mode & 0o777);
        Finding::attention(what, found, "运行 chmod 700 收紧权限")
    }
}

fn space(data: &Path) -> Finding {
    let what = "剩余空间";
    // A folder that is to be made lies on the disk of the one above.
    let there = data.ancestors().find(|folder| folder.exists());
    match rustix::fs::statvfs(there.unwrap_or(Path::new("."))) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let found = format!("{:.1} GiB", free as f64 / f64::from(1 << 30));
            if free < TOO_LITTLE {
                Finding::wrong(what, found, "磁盘将满，收件会失败。请立即清理或扩容")
            } else if free < LITTLE {
                Finding::attention(what, found, "请清理或扩容；备份时需要与数据库同样大的空间")
            } else {
                Finding::good(what, found)
            }
        }
        Err(error) => Finding::attention(what, error.to_string(), "请用 df 查看"),
    }
}

fn key(config: &Config) -> Finding {
    let what = "主密钥";
    if config.identity_key.is_some() {
        return Finding::good(what, "由环境变量提供");
    }
    let path = config.key_file();
    let shown = path.display();
    match fs::metadata(&path) {
        Ok(metadata) => {
            let mode = metadata.permissions().mode() & 0o777;
            if mode & OTHERS == 0 {
                Finding::good(what, format!("{shown}，仅属主可读"))
            } else {
                let found = format!("{shown} 的权限是 {mode:o}，其他用户也能读到");
                Finding::wrong(
                    what,
                    found,
                    "运行 chmod 600 收紧权限，并考虑 caifeng vault exchange-master",
                )
            }
        }
        Err(_) if config.database_file().is_some_and(|file| !file.exists()) => {
            Finding::good(what, format!("{shown} 将在首次使用时生成"))
        }
        Err(error) => {
            let advice = "没有主密钥就读不出姓名和电话。请从另存的介质恢复此文件";
            Finding::wrong(what, format!("{shown}：{error}"), advice)
        }
    }
}

fn model(config: &Config) -> Finding {
    let what = "语言模型";
    let Some(dir) = config.model_dir() else {
        return Finding::attention(what, "设置为不使用模型", "语义关联只按词面比对，准确度较低");
    };
    if !dir.exists() {
        let found = format!("{} 不存在", dir.display());
        return Finding::attention(
            what,
            found,
            "运行 caifeng model install；在此之前只按词面比对",
        );
    }
    match SentenceEncoder::load(&dir, config.kernel) {
        Ok(encoder) => {
            let names: Vec<&str> = Kernel::available().iter().map(|k| k.name()).collect();
            let found = format!(
                "{}，校验通过，用 {} 计算（本机可用：{}）",
                encoder.info().identity,
                encoder.kernel(),
                names.join("、")
            );
            Finding::good(what, found)
        }
        Err(error) => {
            let advice = "模型文件不完整或被改动，请运行 caifeng model install 重新安装";
            Finding::wrong(what, told(&error), advice)
        }
    }
}
