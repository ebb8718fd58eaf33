-- What arrived, and what was done, can be added to but not changed (DESIGN section 4, invariant 2).
create trigger submission_is_not_changed before update on submission
begin select raise(abort, 'a submission is never changed'); end;
create trigger submission_is_not_deleted before delete on submission
begin select raise(abort, 'a submission is never deleted'); end;
create trigger audit_is_not_changed before update on audit
begin select raise(abort, 'the audit trail is never changed'); end;
create trigger audit_is_not_deleted before delete on audit
begin select raise(abort, 'the audit trail is never deleted'); end;
