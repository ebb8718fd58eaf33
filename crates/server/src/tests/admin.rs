//! The administration as officials use it in a browser: consultations, versions of a draft, stations,
//! accounts, keys, jobs, requests about personal data.

mod consultations;
mod stations;

use axum::{body::Body, http::Request};
use caifeng_app::{AuditFilter, Reach};
use caifeng_domain::Role;

use super::{Answer, Desk, comment, field};

/// What stands in the element of this class on a page.
#[track_caller]
fn once(page: &str) -> String {
    let rest = page
        .split_once("class=\"once\">")
        .unwrap_or_else(|| panic!("nothing is shown once: {page}"))
        .1;
    rest.split('<').next().unwrap().to_owned()
}

impl Desk {
    /// A POST of a form with fields and a file, as a browser sends it.
    pub(super) async fn send_form(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        (name, file): (&str, &[u8]),
        cookie: &str,
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!(
                "--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.as_bytes());
        }
        let head = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(file);
        body.extend(b"\r\n--edge--\r\n");
        let request = Request::post(path)
            .header("content-type", "multipart/form-data; boundary=edge")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", cookie);
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Follows where a form that was done leads to.
    #[track_caller]
    fn leads(answer: &Answer) -> String {
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.headers["location"].to_str().unwrap().to_owned()
    }

    /// Who did these acts, the newest first.
    async fn did(&self, action: &str) -> Vec<String> {
        let filter = AuditFilter {
            action: action.to_owned(),
            ..AuditFilter::default()
        };
        let found = self.app.newest_audit(u64::MAX, &filter, 100).await.unwrap();
        found.into_iter().map(|entry| entry.actor).collect()
    }

    async fn sign_in_as(&self, name: &str, password: &str) -> Answer {
        let fields = [("name", name), ("password", password), ("code", "")];
        self.fill("/staff/login", &fields, "").await
    }

    async fn with_key(&self, path: &str, key: &str) -> u16 {
        let request = Request::get(path).header("authorization", format!("Bearer {key}"));
        let answer = self.send(request.body(Body::empty()).unwrap()).await;
        answer.status.as_u16()
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_new_account_is_said_at_its_fields() {
    const AT: &str = "/staff/admin/accounts";
    let desk = Desk::new().await;
    let admin = desk.staff(Role::SecurityAdmin).await;
    let bad = [
        ("name", "张 三"),
        ("role", "emperor"),
        ("consultations", "nowhere"),
        ("station", "NOSUCH"),
        ("password", "短"),
    ];
    let refused = desk.fill(AT, &bad, &admin).await;
    assert_eq!(refused.status, 422);
    for says in [
        "有 5 处要改",
        "应为 2 至 40 个字母",
        "请选择角色",
        "密码至少",
        "value=\"张 三\"",
    ] {
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
    }
    assert!(
        !refused.body.contains("短\""),
        "a password is not sent back"
    );
    // People do not sign in as platforms.
    let machine = [("name", "jiqi"), ("role", "platform")];
    assert_eq!(desk.fill(AT, &machine, &admin).await.status, 422);
}

#[tokio::test]
async fn an_account_is_made_and_its_owner_signs_in_until_the_role_is_changed() {
    const AT: &str = "/staff/admin/accounts";
    let desk = Desk::new().await;
    let admin = desk.staff(Role::SecurityAdmin).await;
    let new = [
        ("name", "zhangsan"),
        ("role", "reviewer"),
        ("consultations", "known"),
    ];
    let made = desk.fill(AT, &new, &admin).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let password = once(&made.body);
    assert_eq!(password.len(), 19, "{password}");
    let list = desk.get_as("/staff/accounts", &admin).await.body;
    assert!(
        list.contains("zhangsan") && list.contains("范围：任务 known"),
        "{list}"
    );
    assert!(!list.contains(&password), "shown once");
    let taken = desk.fill(AT, &new, &admin).await;
    assert!(
        taken.status == 422 && taken.body.contains("已在使用"),
        "{}",
        taken.body
    );

    let entered = desk.sign_in_as("zhangsan", &password).await;
    let set = entered.headers["set-cookie"].to_str().unwrap();
    let cookie = set.split(';').next().unwrap().to_owned();
    let at = |slug| format!("/staff/admin/consultations/{slug}");
    assert_eq!(desk.get_as(&at("known"), &cookie).await.status, 200);
    assert_eq!(desk.get_as(&at("inside"), &cookie).await.status, 404);
    assert_eq!(desk.get_as("/staff/admin/start", &cookie).await.status, 403);

    let one = format!("{AT}/zhangsan");
    let page = desk.get_as(&one, &admin).await.body;
    assert!(
        page.contains("value=\"reviewer\" selected") && page.contains("value=\"known\" checked")
    );
    let wrong = [("act", "change"), ("role", "platform")];
    assert_eq!(desk.fill(&one, &wrong, &admin).await.status, 422);
    let change = [("act", "change"), ("role", "expert")];
    let done = desk.fill(&one, &change, &admin).await;
    let page = desk.get_as(&Desk::leads(&done), &admin).await.body;
    assert!(
        page.contains("角色和范围已保存") && page.contains("专家　范围：不限"),
        "{page}"
    );
    assert_eq!(
        desk.get_as("/staff/desks", &cookie).await.status,
        303,
        "ended"
    );

    let short = [("act", "password"), ("password", "短")];
    assert_eq!(desk.fill(&one, &short, &admin).await.status, 422);
    let given = [("act", "password"), ("password", "甲乙丙丁戊己庚辛壬癸")];
    let given = desk.fill(&one, &given, &admin).await;
    assert_eq!(once(&given.body), "甲乙丙丁戊己庚辛壬癸");
    assert!(
        desk.sign_in_as("zhangsan", &password)
            .await
            .headers
            .get("set-cookie")
            .is_none()
    );
    let back = desk.sign_in_as("zhangsan", "甲乙丙丁戊己庚辛壬癸").await;
    assert!(back.headers.contains_key("set-cookie"));

    // Nobody makes themselves something else, and there is no page of an account that there is not.
    let own = format!("{AT}/security_admin");
    assert_eq!(desk.fill(&own, &change, &admin).await.status, 422);
    assert_eq!(
        desk.get_as(&format!("{AT}/nobody"), &admin).await.status,
        404
    );
    for action in ["account.add", "account.change", "account.password"] {
        let who = desk.did(action).await;
        assert_eq!(
            who.first().map(String::as_str),
            Some("security_admin"),
            "{action}"
        );
    }
}

#[tokio::test]
async fn a_key_is_issued_once_calls_the_interface_and_is_refused_when_it_is_ended() {
    const AT: &str = "/staff/admin/keys";
    let desk = Desk::new().await;
    let admin = desk.staff(Role::SecurityAdmin).await;
    let wrong = [("act", "issue"), ("name", "x"), ("role", "security_admin")];
    let refused = desk.fill(AT, &wrong, &admin).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("请选择角色") && refused.body.contains("2 至 40"));
    assert!(desk.app.api_keys().await.unwrap().is_empty());

    let issue = [
        ("act", "issue"),
        ("name", "sheng-pingtai"),
        ("role", "observer"),
        ("consultations", "inside"),
    ];
    let made = desk.fill(AT, &issue, &admin).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let key = once(&made.body);
    let page = desk.get_as(AT, &admin).await.body;
    assert!(
        page.contains("sheng-pingtai") && page.contains("任务 inside"),
        "{page}"
    );
    assert!(!page.contains(&key), "shown once");
    let changes = |slug| format!("/api/v1/consultations/{slug}/changes");
    // Nobody but those who may know of it finds it there at all.
    let inside = "/api/v1/consultations/inside";
    assert_eq!(desk.with_key(inside, &key).await, 200);
    assert_eq!(desk.get(inside).await.status, 404);
    assert_eq!(
        desk.with_key(&changes("known"), &key).await,
        403,
        "elsewhere"
    );
    assert_eq!(desk.with_key("/api/v1/jobs", &key).await, 403);

    let revoke = [("act", "revoke"), ("name", "sheng-pingtai")];
    let done = desk.fill(AT, &revoke, &admin).await;
    let page = desk.get_as(&Desk::leads(&done), &admin).await.body;
    assert!(page.contains("密钥已停用") && !page.contains("sheng-pingtai"));
    assert_eq!(desk.with_key(inside, &key).await, 401);
    assert_eq!(desk.fill(AT, &revoke, &admin).await.status, 409, "once");
    assert_eq!(
        desk.did("api_key.").await,
        ["security_admin", "security_admin"]
    );
    assert_eq!(desk.fill(AT, &[("act", "burn")], &admin).await.status, 422);
}

#[tokio::test]
async fn the_key_of_the_vault_is_exchanged_behind_the_scenes() {
    let desk = Desk::new().await;
    let admin = desk.staff(Role::SecurityAdmin).await;
    let before = desk.app.vault().await.unwrap().0.len();
    let done = desk
        .fill("/staff/admin/keys", &[("act", "rotate")], &admin)
        .await;
    let page = desk.get_as(&Desk::leads(&done), &admin).await.body;
    assert!(page.contains("已开始更换数据密钥"), "{page}");
    while desk.app.work_once("w").await.unwrap() {}
    assert_eq!(desk.app.vault().await.unwrap().0.len(), before + 1);
    let who = desk.did("vault.").await;
    assert!(
        !who.is_empty() && who.iter().all(|who| who == "security_admin"),
        "{who:?}"
    );
}

#[tokio::test]
async fn a_request_from_a_page_of_somebody_else_does_nothing() {
    let desk = Desk::new().await;
    let admin = desk.staff(Role::SecurityAdmin).await;
    for path in ["/staff/admin/keys", "/staff/admin/accounts"] {
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .header("cookie", &admin)
            .body(Body::from("act=issue&name=yigeren&role=observer"));
        assert_eq!(desk.send(request.unwrap()).await.status, 403, "{path}");
    }
    assert!(desk.app.api_keys().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_job_that_was_given_up_is_tried_again() {
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::SystemAdmin).await;
    let page = desk.get_as("/staff/admin/jobs", &cookie).await.body;
    assert!(
        !page.contains("重试</button>"),
        "nothing was given up: {page}"
    );
    let retry = async |number: &str| {
        let fields = [("job", number)];
        desk.fill("/staff/admin/jobs", &fields, &cookie).await
    };
    for number in ["0", "1", "999"] {
        assert_eq!(retry(number).await.status, 409, "{number}");
    }
    assert_eq!(retry("x").await.status, 422);
    assert!(desk.did("job.").await.is_empty());

    // Something stands where the index belongs, hour after hour.
    while desk.app.work_once("w").await.unwrap() {}
    let sent = desk
        .post(super::SUBMIT, &comment("绳子应当短些"), &[])
        .await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let index = desk.folder().join("index");
    let _ = std::fs::remove_dir_all(&index);
    std::fs::write(&index, "in the way").unwrap();
    let now = jiff::Timestamp::now();
    for hour in 1..=9 {
        let at = now + jiff::SignedDuration::from_hours(hour);
        desk.app.work_at("w", at).await.unwrap();
    }
    let page = desk.get_as("/staff/admin/jobs", &cookie).await.body;
    assert!(page.contains("等待 0 个，失败 1 个"), "{page}");
    let number = page.split("name=\"job\" value=\"").nth(1).unwrap();
    let number = number.split('"').next().unwrap().to_owned();

    std::fs::remove_file(&index).unwrap();
    let page = desk
        .get_as(&Desk::leads(&retry(&number).await), &cookie)
        .await
        .body;
    assert!(
        page.contains("已重新排队") && page.contains("等待 1 个，失败 0 个"),
        "{page}"
    );
    assert!(desk.app.work_once("w").await.unwrap());
    let page = desk.get_as("/staff/admin/jobs", &cookie).await.body;
    assert!(
        page.contains("等待 0 个，失败 0 个") && page.contains("已完成"),
        "{page}"
    );
    assert_eq!(desk.did("job.").await, ["system_admin"]);
}

#[tokio::test]
async fn senders_are_answered_at_once_and_it_is_noted() {
    const AT: &str = "/staff/admin/requests";
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let mut body = comment("绳子应当短些");
    body["sender"] = serde_json::json!({"name": "测试甲", "phone": "13800000000"});
    let sent = desk.post(super::SUBMIT, &body, &[]).await.json();
    let receipt = sent["receipts"][0].as_str().unwrap().to_owned();
    let ask = async |fields: &[(&str, &str)]| desk.fill(AT, fields, &cookie).await;

    let shown = ask(&[("act", "show"), ("receipt", &receipt)]).await;
    assert!(shown.body.contains("测试甲") && shown.body.contains("13800000000"));
    let found = ask(&[("act", "find"), ("phone", "13800000000")]).await;
    assert!(found.body.contains(&receipt) && !found.body.contains("13800000000"));
    for (fields, says) in [
        (
            &[("act", "show"), ("receipt", "2222-2222-2222")][..],
            "编号",
        ),
        (&[("act", "show"), ("receipt", "x")], "编号"),
        (&[("act", "delete"), ("receipt", &*receipt)], "请先核实"),
        (
            &[("act", "correct"), ("receipt", &*receipt), ("asked", "1")],
            "请填写要更正的",
        ),
        (&[("act", "find"), ("phone", " ")], "请填写电话"),
    ] {
        let refused = ask(fields).await;
        assert!(
            refused.status.is_client_error(),
            "{says}: {}",
            refused.status
        );
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
    }
    let correct = [
        ("act", "correct"),
        ("receipt", &*receipt),
        ("name", "测试乙"),
        ("asked", "1"),
    ];
    Desk::leads(&ask(&correct).await);
    let known = desk.app.show_identity(&receipt).await.unwrap();
    assert_eq!(known.submitter.name.as_deref(), Some("测试乙"));
    assert_eq!(
        known.submitter.phone.as_deref(),
        Some("13800000000"),
        "kept"
    );
    let delete = [("act", "delete"), ("receipt", &*receipt), ("asked", "1")];
    let page = desk
        .get_as(&Desk::leads(&ask(&delete).await), &cookie)
        .await;
    assert!(page.body.contains("已删除提交人信息"));
    let page = desk
        .get_as(&Desk::leads(&ask(&delete).await), &cookie)
        .await;
    assert!(page.body.contains("没有可删除的"));
    for action in ["identity.find", "identity.correct", "identity.delete"] {
        let who = desk.did(action).await;
        assert_eq!(
            who.first().map(String::as_str),
            Some("reviewer"),
            "{action}"
        );
    }
    let reach = Reach {
        consultations: Some(Vec::new()),
        ..Reach::default()
    };
    let confined = desk.staff_within("xian", Role::Reviewer, reach).await;
    let fields = [("act", "find"), ("phone", "13800000000")];
    assert_eq!(desk.fill(AT, &fields, &confined).await.status, 403);
}

#[tokio::test]
async fn results_of_ones_own_are_looked_at_then_in_force_and_can_be_taken_back() {
    const AT: &str = "/staff/admin/templates/dispositions";
    let desk = Desk::new().await;
    let cookie = desk.staff(Role::Reviewer).await;
    let (_, file) = desk.raw(AT, &cookie).await;
    let text = String::from_utf8(file).unwrap();
    assert!(text.contains("name = \"采纳\""), "{text}");
    let wrong = text.replacen("code = \"partly\"", "code = \"adopted\"", 1);
    let refused = desk.hand_in(AT, wrong.as_bytes(), &cookie).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("行：代号 adopted 重复"),
        "{}",
        refused.body
    );

    let own = text.replacen("name = \"采纳\"", "name = \"予以采纳\"", 1);
    let shown = desk.hand_in(AT, own.as_bytes(), &cookie).await;
    assert!(shown.body.contains("予以采纳（adopted）"), "{}", shown.body);
    let names = async || {
        let rules = desk.app.rules().await.unwrap();
        rules.dispositions[0].name.clone()
    };
    assert_eq!(names().await, "采纳", "looked at only");
    let upload = field(&shown.body, "upload");
    let confirm = format!("{AT}/confirm");
    let done = desk.fill(&confirm, &[("upload", &upload)], &cookie).await;
    let page = desk.get_as(&Desk::leads(&done), &cookie).await.body;
    assert!(page.contains("本单位的，reviewer"), "{page}");
    assert_eq!(names().await, "予以采纳");
    assert_eq!(desk.raw(AT, &cookie).await.1, own.as_bytes());

    Desk::leads(&desk.fill(&confirm, &[("upload", "")], &cookie).await);
    assert_eq!(names().await, "采纳");
    assert_eq!(desk.did("template").await, ["reviewer", "reviewer"]);

    let reach = desk.app.reach(None, &["known".to_owned()]).await.unwrap();
    let confined = desk.staff_within("xian", Role::Reviewer, reach).await;
    let refused = desk.fill(&confirm, &[("upload", "")], &confined).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
}
