//! The contract of accounts, sessions and keys.

use caifeng_domain::{ConsultationId, Role};

use super::{LOCKOUT, MAX_FAILURES, Principal, PrincipalKind, Reach, session::SESSION};
use crate::{
    Act, StoreError,
    testing::{act, on_every_database},
};

fn somebody(kind: PrincipalKind) -> Principal {
    Principal {
        kind,
        name: "ceshi".into(),
        role: Role::Reviewer,
        reach: Reach {
            station: None,
            consultations: ConsultationId::new(7).map(|id| vec![id]),
        },
        has_factor: false,
    }
}

fn person() -> Principal {
    somebody(PrincipalKind::Account)
}

#[tokio::test]
async fn a_session_ends_by_itself_and_by_hand() {
    on_every_database(async |store| {
        store.add_account(&act(), &person(), "hash").await.unwrap();
        let taken = store.add_account(&act(), &person(), "hash").await;
        assert!(matches!(taken, Err(StoreError::NameTaken { .. })));
        let at = act().at;
        let me = Act { actor: "ceshi", at };
        let begun = store.begin_session(&me).await.unwrap();
        assert_eq!(store.session(&begun, at).await.unwrap(), Some(person()));
        assert_eq!(store.session(&begun, at + SESSION).await.unwrap(), None);
        assert_eq!(store.session("other", at).await.unwrap(), None);
        store.end_session(&begun).await.unwrap();
        assert_eq!(store.session(&begun, at).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_role_and_reach_ends_the_sessions_before_it() {
    on_every_database(async |store| {
        store.add_account(&act(), &person(), "hash").await.unwrap();
        let at = act().at;
        let me = Act { actor: "ceshi", at };
        let begun = store.begin_session(&me).await.unwrap();
        let reach = Reach::default();
        let change = async |name| {
            let role = Role::Expert;
            (store.change_account(&act(), name, role, &reach).await).unwrap()
        };
        assert!(change("ceshi").await);
        assert!(!change("nobody").await);
        assert_eq!(store.session(&begun, at).await.unwrap(), None);
        let again = store.begin_session(&me).await.unwrap();
        let now = store.session(&again, at).await.unwrap().unwrap();
        assert_eq!((now.role, now.reach), (Role::Expert, Reach::default()));
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_with_the_account() {
    on_every_database(async |store| {
        store.add_account(&act(), &person(), "hash").await.unwrap();
        let at = act().at;
        let me = Act { actor: "ceshi", at };
        let first = store.begin_session(&me).await.unwrap();
        let second = store.begin_session(&me).await.unwrap();
        let list = async || {
            let all = store.sessions(Some("ceshi"), Some(&second), at).await;
            all.unwrap()
        };
        let both = list().await;
        let current: Vec<bool> = both.iter().map(|session| session.is_current).collect();
        assert_eq!(current, [true, false]);
        let other = both[1].number;
        let end = async |account| {
            let ended = store.end_session_number(&me, other, account).await;
            ended.unwrap()
        };
        assert!(!end(Some("somebody-else")).await, "not theirs");
        assert!(end(Some("ceshi")).await && !end(Some("ceshi")).await);
        assert_eq!(store.session(&first, at).await.unwrap(), None);
        assert_eq!(list().await.len(), 1);

        let kept = store.begin_session(&me).await.unwrap();
        let changed = store.set_password(&me, "ceshi", "new", Some(&kept)).await;
        assert!(changed.unwrap());
        assert_eq!(store.session(&second, at).await.unwrap(), None);
        assert_eq!(store.session(&kept, at).await.unwrap(), Some(person()));
        assert!(store.set_disabled(&act(), "ceshi", true).await.unwrap());
        assert_eq!(store.session(&kept, at).await.unwrap(), None);
        let late = store.begin_session(&me).await.unwrap();
        assert_eq!(store.session(&late, at).await.unwrap(), None, "kept out");
        let found = store.credentials("ceshi").await.unwrap().unwrap();
        assert!(found.is_disabled && found.password == "new");
        assert!(store.set_disabled(&act(), "ceshi", false).await.unwrap());
        assert_eq!(store.session(&late, at).await.unwrap(), Some(person()));
        assert!(!store.set_disabled(&act(), "nobody", true).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn wrong_passwords_lock_an_account_until_a_right_one_after_the_lockout() {
    on_every_database(async |store| {
        store.add_account(&act(), &person(), "hash").await.unwrap();
        let at = act().at;
        let me = Act { actor: "ceshi", at };
        for attempt in 0..MAX_FAILURES {
            let found = store.credentials("ceshi").await.unwrap().unwrap();
            assert_eq!(found.locked_until, None, "{attempt}");
            store.note_failure(&me).await.unwrap();
        }
        let locked = store.credentials("ceshi").await.unwrap().unwrap();
        assert_eq!(locked.locked_until, Some(at + LOCKOUT));
        store.begin_session(&me).await.unwrap();
        let open = store.credentials("ceshi").await.unwrap().unwrap();
        assert_eq!(open.locked_until, None);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_and_leaves_its_name() {
    on_every_database(async |store| {
        let platform = somebody(PrincipalKind::Key);
        let secret = store.add_api_key(&act(), &platform).await.unwrap();
        let taken = store.add_api_key(&act(), &platform).await;
        assert!(matches!(taken, Err(StoreError::NameTaken { .. })));
        let owner = store.api_key(&secret).await.unwrap();
        assert_eq!(owner.as_ref(), Some(&platform));
        assert_eq!(store.api_key("").await.unwrap(), None);
        assert!(store.revoke_api_key(&act(), "ceshi").await.unwrap());
        assert!(!store.revoke_api_key(&act(), "ceshi").await.unwrap());
        assert_eq!(store.api_key(&secret).await.unwrap(), None);
        let next = store.add_api_key(&act(), &platform).await.unwrap();
        assert_eq!(store.api_key(&secret).await.unwrap(), None);
        assert_eq!(store.api_key(&next).await.unwrap(), Some(platform));
        assert_eq!(store.api_keys().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_second_factor_counts_once_confirmed_and_each_step_once() {
    on_every_database(async |store| {
        store.add_account(&act(), &person(), "hash").await.unwrap();
        let at = act().at;
        let me = Act { actor: "ceshi", at };
        let factor = async || store.credentials("ceshi").await.unwrap().unwrap().factor;
        let secret = store.new_factor("ceshi").await.unwrap().unwrap();
        assert_eq!(factor().await, None, "not confirmed");
        let waiting = store.unconfirmed_factor("ceshi").await.unwrap();
        assert_eq!(waiting.as_ref(), Some(&secret));
        store.confirm_factor(&me).await.unwrap();
        assert_eq!(factor().await, Some(secret));
        assert_eq!(store.new_factor("ceshi").await.unwrap(), None, "in use");
        assert_eq!(store.unconfirmed_factor("ceshi").await.unwrap(), None);
        let mut used = Vec::new();
        for step in [5, 5, 4, 6] {
            used.push(store.use_factor_step("ceshi", step).await.unwrap());
        }
        assert_eq!(used, [true, false, false, true]);
        assert!(store.remove_factor(&act(), "ceshi").await.unwrap());
        assert_eq!(factor().await, None);
        assert!(!store.remove_factor(&act(), "nobody").await.unwrap());
    })
    .await;
}
