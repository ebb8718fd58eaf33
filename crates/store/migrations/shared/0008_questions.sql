-- Key questions of a consultation, what answers them, and who was shown the notice over WeChat.

create table question (
    consultation bigint not null references consultation (id),
    number bigint not null,
    text text not null,
    primary key (consultation, number)
);

-- Number of the key question that it answers.
alter table submission add column question bigint;

-- Version of the notice about personal data that a follower was shown last.
alter table wechat_follower add column notice text;
