-- What is published beside a draft: 说明, 解读. Each paragraph is a line. What is removed stays, unseen.
create table material (
    id bigint primary key,
    consultation bigint not null references consultation (id),
    kind text not null,
    title text not null,
    body text not null,
    added_at text not null,
    removed_at text
);
create index material_consultation on material (consultation);
insert into counter (name, next) values ('material', 1);
