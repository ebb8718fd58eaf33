-- One set of tables for SQLite and PostgreSQL. What keeps it one:
--   * ids come from `counter`, not from the database's own sequences: they are then handed out in
--     the order of commits, so that a reader who asks for "all after 42" never misses a late one;
--   * types are bigint, double precision, text and bytea only. SQLite takes any type name, and
--     stores what it is given;
--   * times are RFC 3339 in UTC with six decimals: of one width, so that text order is time order;
--   * JSON is plain text: it is read as a whole, never searched by the database.

create table counter (
    name text primary key,
    next bigint not null
);
insert into counter (name, next) values
    ('consultation', 1), ('draft', 1), ('submission', 1), ('sender', 1), ('triage_run', 1),
    ('job', 1), ('audit', 1);

create table setting (
    name text primary key,
    value text not null
);

create table consultation (
    id bigint primary key,
    slug text not null unique,
    title text not null,
    opens text,
    closes text,
    created_at text not null,
    -- The first point number that was never given out. Numbers of points that are gone stay unused.
    next_point bigint not null default 1
);

create table draft (
    id bigint primary key,
    consultation bigint not null references consultation (id),
    version text not null,
    file_name text not null,
    source_sha256 text not null,
    text text not null,
    imported_at text not null,
    unique (consultation, source_sha256)
);

-- A pseudonym. `key` is a keyed hash of telephone or name and region: the same sender is recognised
-- again without being known. It is null once the identity has been deleted.
create table sender (
    id bigint primary key,
    consultation bigint not null references consultation (id),
    key text,
    unique (consultation, key)
);

-- The journal. Append only.
create table submission (
    id bigint primary key,
    consultation bigint not null references consultation (id),
    source text not null,
    origin text not null,
    digest text not null,
    receipt text not null unique,
    received_at text not null,
    external_id text,
    channel text not null,
    station text,
    submitted_at text,
    article_hint text,
    sender bigint references sender (id),
    sender_group text,
    region text,
    text text not null,
    unique (consultation, source, origin),
    unique (consultation, id)
);
create index submission_sender on submission (sender);

-- The identity vault: name and telephone, sealed.
create table identity (
    submission bigint primary key references submission (id),
    sealed bytea not null
);

create table withdrawal (
    submission bigint primary key references submission (id),
    withdrawn_at text not null
);

create table triage_run (
    id bigint primary key,
    consultation bigint not null references consultation (id),
    draft bigint references draft (id),
    started_at text not null,
    finished_at text not null,
    program text not null,
    encoder text not null,
    submissions bigint not null,
    digest text not null
);
create index triage_run_consultation on triage_run (consultation, id);

-- Results of the last run of each consultation.
create table analysis (
    submission bigint primary key,
    consultation bigint not null,
    -- Index in the batch, as groups, neighbours and points count.
    place bigint not null,
    status text not null,
    status_confidence double precision not null,
    duplicate_group bigint not null,
    duplicate_kind text not null,
    additions text not null,
    personal_data text not null,
    foreign key (consultation, submission) references submission (consultation, id)
);
create index analysis_consultation on analysis (consultation, place);

create table unit (
    submission bigint not null references analysis (submission),
    number bigint not null,
    consultation bigint not null,
    start_byte bigint not null,
    end_byte bigint not null,
    scope text not null,
    chapter bigint,
    stance text not null,
    stance_confidence double precision not null,
    point bigint not null,
    links text not null,
    candidates text not null,
    edit text,
    primary key (submission, number)
);
create index unit_consultation on unit (consultation, submission, number);

create table point (
    consultation bigint not null references consultation (id),
    id bigint not null,
    place bigint not null,
    scope text not null,
    stance text not null,
    articles text not null,
    keywords text not null,
    representative text not null,
    units text not null,
    primary key (consultation, id)
);

-- Sentence vectors by what made them. Only a cache: may be emptied at any time.
create table vector (
    encoder text not null,
    role text not null,
    hash bytea not null,
    data bytea not null,
    primary key (encoder, role, hash)
);

create table job (
    id bigint primary key,
    kind text not null,
    payload text not null,
    state text not null,
    attempts bigint not null,
    -- When it may be taken: the time wished for, the end of a back-off, or the end of a lease.
    due_at text not null,
    worker text,
    done bigint not null,
    total bigint not null,
    error text,
    created_at text not null,
    finished_at text
);
create index job_due on job (state, due_at, id);

-- Hash chain. Append only.
create table audit (
    seq bigint primary key,
    at text not null,
    actor text not null,
    action text not null,
    object text not null,
    hash text not null
);
