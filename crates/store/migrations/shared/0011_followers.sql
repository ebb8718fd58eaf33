-- Whose an answer, a recording or a picture is, by the key of `wechat_follower`, so that it goes with
-- them. Null: from before this was noted.
alter table wechat_message add column follower text;
alter table wechat_media add column follower text;

-- When a follower was heard of last. Null: before this was noted.
alter table wechat_follower add column seen_at text;
