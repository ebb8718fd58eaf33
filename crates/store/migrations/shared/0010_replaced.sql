-- Of an answer that was changed only its last version counts.
insert into withdrawal (submission, withdrawn_at)
select old, min(replaced_at) from (
    select x.earlier as old, l.received_at as replaced_at
    from succession x join submission l on l.id = x.later
    union all
    select a.later as old, l.received_at as replaced_at
    from succession a
    join succession b on b.earlier = a.earlier and b.later > a.later
    join submission l on l.id = b.later
) replaced
where old not in (select submission from withdrawal)
group by old;

-- The name of a hook that was ended may be given again.
update hook set name = name || ' #' || cast(id as text) where revoked_at is not null;
