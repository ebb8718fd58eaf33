-- What the channels beside the web keep: conversations, devices, hooks, meetings, files.

insert into counter (name, next) values
    ('wechat_media', 1), ('device', 1), ('hook', 1), ('hook_refusal', 1),
    ('meeting', 1), ('attachment', 1);

-- A follower of a WeChat account, known by a keyed hash of account and OpenID. `turn` counts what
-- was answered, so that of two answers made at once only one counts.
create table wechat_follower (
    key text primary key,
    turn bigint not null,
    state text not null
);

-- What was answered to a message, by a keyed hash of its number: asked again, said again.
create table wechat_message (
    key text primary key,
    reply text not null,
    answered_at text not null
);
create index wechat_message_answered on wechat_message (answered_at);

-- Recordings and pictures that staff have to fetch, listen to and write down. The OpenID is sealed.
create table wechat_media (
    id bigint primary key,
    message text not null unique,
    account text not null,
    sealed bytea not null,
    kind text not null,
    media_id text not null,
    format text not null,
    place text,
    consultation text,
    received_at text not null,
    state text not null,
    handled_at text,
    handled_by text
);
create index wechat_media_state on wechat_media (state, id);

-- 一次性订阅: how many messages of a template the sender agreed to get about a submission.
create table subscription_grant (
    submission bigint not null references submission (id),
    template text not null,
    messages bigint not null,
    granted_at text not null,
    primary key (submission, template)
);

-- A kiosk at a place. It posts its one-time code (kept as a keyed hash) and gets a key (sealed).
create table device (
    id bigint primary key,
    label text not null,
    station bigint not null references station (id),
    code text unique,
    code_expires_at text not null,
    sealed bytea,
    -- Which batches have come, as `42,7-9`.
    sequence text not null,
    created_at text not null,
    enrolled_at text,
    revoked_at text,
    -- Of the batch that came last.
    seen_at text,
    clock_ahead_ms bigint not null default 0,
    doubtful bigint not null default 0
);

-- An address to which a questionnaire platform pushes its answers.
create table hook (
    id bigint primary key,
    name text not null unique,
    platform text not null,
    consultation bigint not null references consultation (id),
    -- Keyed hash of what stands in the address.
    secret text not null unique,
    -- The key that signs the pushes, sealed.
    sealed bytea,
    -- Words of the questions by their names, as JSON.
    questions text not null,
    created_at text not null,
    revoked_at text
);

-- Pushes that could not be taken in, sealed as they came, for somebody to look at.
create table hook_refusal (
    id bigint primary key,
    hook bigint not null references hook (id),
    received_at text not null,
    reason text not null,
    sealed bytea not null
);

-- A submission that its sender put in the place of an earlier one. Both stay.
create table succession (
    later bigint primary key references submission (id),
    earlier bigint not null references submission (id)
);
create index succession_earlier on succession (earlier);

create table meeting (
    id bigint primary key,
    consultation bigint not null references consultation (id),
    -- The number of the form, so that sending it twice counts once.
    key text not null unique,
    title text not null,
    kind text not null,
    place text not null,
    held_on text not null,
    present bigint,
    file_sha256 text not null,
    recorded_by text not null,
    recorded_at text not null
);

create table meeting_submission (
    submission bigint primary key references submission (id),
    meeting bigint not null references meeting (id)
);

-- Scans of letters and forms. The bytes lie in the data folder by their hash.
create table attachment (
    id bigint primary key,
    submission bigint not null references submission (id),
    sha256 text not null,
    kind text not null,
    bytes bigint not null,
    added_by text not null,
    added_at text not null,
    unique (submission, sha256)
);
