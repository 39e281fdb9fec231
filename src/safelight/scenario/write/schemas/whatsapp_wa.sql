-- WhatsApp for Android, wa.db (contacts database version 15 to 23), 2015 to 2017: statements of the app.
CREATE TABLE android_metadata (locale TEXT);
CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY AUTOINCREMENT, jid TEXT NOT NULL, is_whatsapp_user BOOLEAN NOT NULL, status TEXT, status_timestamp INTEGER, number TEXT, raw_contact_id INTEGER, display_name TEXT, phone_type INTEGER, phone_label TEXT, unseen_msg_count INTEGER, photo_ts INTEGER, thumb_ts INTEGER, photo_id_timestamp INTEGER, given_name TEXT, family_name TEXT, wa_name TEXT, sort_name TEXT, nickname TEXT, company TEXT, title TEXT, status_autodownload_disabled INTEGER, keep_timestamp INTEGER, is_spam_reported INTEGER);
CREATE INDEX is_wa_index ON wa_contacts(is_whatsapp_user);
CREATE INDEX jid_index ON wa_contacts(jid);
