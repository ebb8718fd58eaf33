-- Results of several runs may lie side by side. A run writes its own in many small transactions, so
-- that intake is never kept waiting, and is put in force by one. What was in force goes afterwards.

alter table consultation add column current_run bigint references triage_run (id);
update consultation set current_run =
    (select max(id) from triage_run where triage_run.consultation = consultation.id);

-- Whether rows of the run may still be there.
alter table triage_run add column kept bigint not null default 1;

drop index analysis_consultation;
drop index unit_consultation;
alter table unit rename to old_unit;
alter table analysis rename to old_analysis;
alter table point rename to old_point;

create table analysis (
    run bigint not null references triage_run (id),
    submission bigint not null references submission (id),
    -- Index in the batch, as groups, neighbours and points count.
    place bigint not null,
    status text not null,
    status_confidence double precision not null,
    duplicate_group bigint not null,
    duplicate_kind text not null,
    additions text not null,
    personal_data text not null,
    primary key (run, submission)
);

create table unit (
    run bigint not null,
    submission bigint not null,
    number bigint not null,
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
    primary key (run, submission, number),
    foreign key (run, submission) references analysis (run, submission)
);

create table point (
    run bigint not null references triage_run (id),
    id bigint not null,
    place bigint not null,
    scope text not null,
    stance text not null,
    articles text not null,
    keywords text not null,
    representative text not null,
    units text not null,
    primary key (run, id)
);

insert into analysis
    select c.current_run, a.submission, a.place, a.status, a.status_confidence, a.duplicate_group,
        a.duplicate_kind, a.additions, a.personal_data
    from old_analysis a join consultation c on c.id = a.consultation;
insert into unit
    select c.current_run, u.submission, u.number, u.start_byte, u.end_byte, u.scope, u.chapter,
        u.stance, u.stance_confidence, u.point, u.links, u.candidates, u.edit
    from old_unit u join consultation c on c.id = u.consultation;
insert into point
    select c.current_run, p.id, p.place, p.scope, p.stance, p.articles, p.keywords,
        p.representative, p.units
    from old_point p join consultation c on c.id = p.consultation;

drop table old_unit;
drop table old_analysis;
drop table old_point;
