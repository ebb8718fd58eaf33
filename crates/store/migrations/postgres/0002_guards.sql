-- What arrived, and what was done, can be added to but not changed (DESIGN section 4, invariant 2).
create function append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append only', tg_table_name;
end
$$;
create trigger submission_is_append_only before update or delete on submission
for each row execute function append_only();
create trigger audit_is_append_only before update or delete on audit
for each row execute function append_only();
