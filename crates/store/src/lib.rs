//! The only SQL: migrations, repositories, jobs, audit chain, identity vault.
