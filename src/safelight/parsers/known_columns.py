"""Which columns the tables of apps' databases are known to have: of each table that a parser reads, in any version that is
known. A database that has others was written by a newer app, and its parser says so (`Database.unknown`).

Sources: the CREATE statements in the files of plaso's test data (Android 4, Skype 6, Kik of 2015); AOSP's database helpers
and Android's reference of the providers; iLEAPP's, imessage-exporter's and plaso's descriptions of Apple's databases; the
schemas in chat-history-manager's samples, whassup and merging tools for WhatsApp; Gajim's and Kik's own statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Known = Mapping[str, frozenset[str]]


def _tables(written: str) -> Known:
    """`table: column column ...`, further lines of a table are indented deeper."""
    found: dict[str, frozenset[str]] = {}
    table = ""
    for line in written.splitlines():
        name, colon, columns = line.partition(":")
        if colon:
            table = name.strip()
        found[table] = found.get(table, frozenset()) | frozenset((columns if colon else line).split())
    found.pop("", None)
    return found


ANDROID_SMS: Final[Known] = _tables(
    """
    sms: _id thread_id address person date date_sent protocol read status type reply_path_present subject body
        service_center locked error_code seen sub_id creator
    threads: _id date message_count recipient_ids snippet snippet_cs read type error has_attachment archived
    canonical_addresses: _id address
    pdu: _id thread_id date date_sent msg_box read m_id sub sub_cs ct_t ct_l exp m_cls m_type v m_size pri rr rpt_a
        resp_st st tr_id retr_st retr_txt retr_txt_cs read_status ct_cls resp_txt d_tm d_rpt locked seen text_only
        sub_id creator
    addr: _id msg_id contact_id address type charset
    part: _id mid seq ct name chset cd fn cid cl ctt_s ctt_t _data text
    """
)

ANDROID_CALLS: Final[Known] = _tables(
    """
    calls: _id number presentation post_dial_digits via_number date duration data_usage type features
        subscription_component_name subscription_id phone_account_address phone_account_hidden sub_id new name
        numbertype numberlabel countryiso voicemail_uri is_read geocoded_location lookup_uri matched_number
        normalized_number photo_id photo_uri formatted_number add_for_all_users last_modified _data has_content
        mime_type source_data source_package transcription state dirty deleted call_screening_app_name
        call_screening_component_name block_reason missed_reason priority subject location composer_photo_uri
        is_call_log_phone_account_migration_pending is_business_call asserted_display_name transcription_state
    """
)

ANDROID_CONTACTS: Final[Known] = _tables(
    """
    mimetypes: _id mimetype
    accounts: _id account_name account_type data_set
    data: _id package_id mimetype_id raw_contact_id is_read_only is_primary is_super_primary data_version data1
        data2 data3 data4 data5 data6 data7 data8 data9 data10 data11 data12 data13 data14 data15 data_sync1
        data_sync2 data_sync3 data_sync4 hash_id carrier_presence preferred_phone_account_component_name
        preferred_phone_account_id
    raw_contacts: _id account_id sourceid raw_contact_is_read_only version dirty deleted contact_id aggregation_mode
        aggregation_needed custom_ringtone send_to_voicemail times_contacted last_time_contacted starred
        display_name display_name_alt display_name_source phonetic_name phonetic_name_style sort_key sort_key_alt
        name_verified sync1 sync2 sync3 sync4 pinned metadata_dirty backup_id phonebook_label phonebook_bucket
        phonebook_label_alt phonebook_bucket_alt x_times_contacted x_last_time_contacted
    """
)

KIK: Final[Known] = _tables(
    """
    KIKcontactsTable: _id jid display_name local_name user_name in_roster photo_url photo_timestamp is_stub is_group
        is_blocked is_ignored group_hashtag
    memberTable: _id group_id member_jid is_admin is_banned
    KIKContentTable: _id content_id content_type content_name content_string
    messagesTable: _id body partner_jid was_me read_state uid length timestamp bin_id sys_msg stat_msg stat_user_jid
        req_read_reciept content_id app_id
    ZKIKUSER: Z_PK Z_ENT Z_OPT ZADDRESSBOOKID ZFLAGS ZINTERNALID ZPRESENCE ZTYPE ZCHATUSER ZEXTRA ZLASTMESSAGE
        ZDISPLAYNAME ZDISPLAYNAMEASCII ZEMAIL ZFIRSTNAME ZGROUPTAG ZJID ZLASTNAME ZPPTIMESTAMP ZPPURL ZSTATUS
        ZUSERNAME ZCONTENTLINKSPROTODATA
    ZKIKCHAT: Z_PK Z_ENT Z_OPT ZFLAGS ZDRAFTMESSAGE ZEXTRA ZLASTMESSAGE ZUSER ZDATEUPDATED
    ZKIKCHATEXTRA: Z_PK Z_ENT Z_OPT ZCHAT ZLASTSEENMESSAGE ZMUTEDTIMESTAMP
    ZKIKATTACHMENT: Z_PK Z_ENT Z_OPT ZFLAGS ZINTERNALID ZRETRYCOUNT ZSTATE ZTYPE ZEXTRA ZMESSAGE
        ZLASTACCESSTIMESTAMP ZTIMESTAMP ZCONTENT
    ZKIKMESSAGE: Z_PK Z_ENT Z_OPT ZFLAGS ZINTERNALID ZSTATE ZSYSTEMSTATE ZTYPE ZCHATEXTRA ZDRAFTMESSAGECHAT
        ZLASTMESSAGECHAT ZLASTMESSAGEUSER ZUSER ZRECEIVEDTIMESTAMP ZTIMESTAMP ZBODY ZSTANZAID ZRENDERINSTRUCTIONSET
    """
)

SKYPE: Final[Known] = _tables(
    """
    Accounts: id is_permanent status pwdchangestatus logoutreason commitstatus suggested_skypename
        skypeout_balance_currency skypeout_balance skypeout_precision skypein_numbers subscriptions cblsyncstatus
        offline_callforward chat_policy skype_call_policy pstn_call_policy avatar_policy buddycount_policy
        timezone_policy webpresence_policy phonenumbers_policy voicemail_policy authrequest_policy ad_policy
        partner_optedout service_provider_info registration_timestamp nr_of_other_instances partner_channel_status
        flamingo_xmpp_status federated_presence_policy liveid_membername roaming_history_enabled cobrand_id
        owner_under_legal_age type skypename pstnnumber fullname birthday gender languages country province city
        phone_home phone_office phone_mobile emails homepage about profile_timestamp received_authrequest
        displayname refreshing given_authlevel aliases authreq_timestamp mood_text timezone nrof_authed_buddies
        ipcountry given_displayname availability lastonline_timestamp capabilities avatar_image assigned_speeddial
        lastused_timestamp authrequest_count assigned_comment alertstring avatar_timestamp mood_timestamp
        rich_mood_text synced_email set_availability options_change_future cbl_profile_blob authorized_time
        sent_authrequest sent_authrequest_time sent_authrequest_serial buddyblob cbl_future node_capabilities
        node_capabilities_and revoked_auth added_in_shared_group in_shared_group authreq_history profile_attachments
        stack_version offline_authreq_id verified_email verified_company uses_jcs
    Contacts: id is_permanent type skypename pstnnumber aliases fullname birthday gender languages country province
        city phone_home phone_office phone_mobile emails hashed_emails homepage about avatar_image mood_text
        rich_mood_text timezone capabilities profile_timestamp nrof_authed_buddies ipcountry avatar_timestamp
        mood_timestamp received_authrequest authreq_timestamp lastonline_timestamp availability displayname
        refreshing given_authlevel given_displayname assigned_speeddial assigned_comment alertstring
        lastused_timestamp authrequest_count assigned_phone1 assigned_phone1_label assigned_phone2
        assigned_phone2_label assigned_phone3 assigned_phone3_label buddystatus isauthorized popularity_ord
        external_id external_system_id isblocked authorization_certificate certificate_send_count
        account_modification_serial_nr saved_directory_blob nr_of_buddies server_synced contactlist_track
        last_used_networktime authorized_time sent_authrequest sent_authrequest_time sent_authrequest_serial
        buddyblob cbl_future node_capabilities revoked_auth added_in_shared_group in_shared_group authreq_history
        profile_attachments stack_version offline_authreq_id node_capabilities_and authreq_crc authreq_src pop_score
        authreq_nodeinfo main_phone unified_servants phone_home_normalized phone_office_normalized
        phone_mobile_normalized sent_authrequest_initmethod authreq_initmethod verified_email verified_company
        sent_authrequest_extrasbitmask liveid_cid extprop_seen_birthday extprop_sms_target extprop_external_data
        extprop_must_hide_avatar
    Conversations: id is_permanent identity type live_host live_start_timestamp live_is_muted alert_string
        is_bookmarked given_displayname displayname local_livestatus inbox_timestamp inbox_message_id
        unconsumed_suppressed_messages unconsumed_normal_messages unconsumed_elevated_messages
        unconsumed_messages_voice active_vm_id context_horizon consumption_horizon last_activity_timestamp
        active_invoice_message spawned_from_convo_id pinned_order creator creation_timestamp my_status
        opt_joining_enabled opt_access_token opt_entry_level_rank opt_disclose_history opt_history_limit_in_days
        opt_admin_only_activities passwordhint meta_name meta_topic meta_guidelines meta_picture picture
        is_p2p_migrated premium_video_status premium_video_is_grace_period guid dialog_partner meta_description
        premium_video_sponsor_list mcr_caller chat_dbid history_horizon history_sync_state thread_version
        consumption_horizon_set_at alt_identity extprop_profile_height extprop_chat_width extprop_chat_left_margin
        extprop_chat_right_margin extprop_entry_height extprop_windowpos_x extprop_windowpos_y extprop_windowpos_w
        extprop_windowpos_h extprop_window_maximized extprop_window_detached extprop_pinned_order
        extprop_new_in_inbox extprop_tab_order extprop_video_layout extprop_video_chat_height extprop_chat_avatar
        extprop_consumption_timestamp extprop_form_visible extprop_recovery_mode
    Participants: id is_permanent convo_id identity rank requested_rank text_status voice_status video_status
        live_identity live_price_for_me live_fwd_identities live_start_timestamp sound_level debuginfo
        next_redial_time nrof_redials_left last_voice_error quality_problems live_type live_country transferred_by
        transferred_to adder last_leavereason is_premium_video_sponsor is_multiparty_video_capable
        live_identity_to_use livesession_recovery_in_progress is_multiparty_video_updatable real_identity
        extprop_default_identity
    Chats: id is_permanent name options friendlyname description timestamp activity_timestamp dialog_partner adder
        type mystatus myrole posters participants applicants banned_users name_text topic topic_xml guidelines
        picture alertstring is_bookmarked passwordhint unconsumed_suppressed_msg unconsumed_normal_msg
        unconsumed_elevated_msg unconsumed_msg_voice activemembers state_data lifesigns last_change
        first_unread_message pk_type dbpath split_friendlyname conv_dbid
    Messages: id is_permanent convo_id chatname author from_dispname author_was_live guid dialog_partner timestamp
        type sending_status consumption_status edited_by edited_timestamp param_key param_value body_xml identities
        reason leavereason participant_count error_code chatmsg_type chatmsg_status body_is_rawxml oldoptions
        newoptions newrole pk_id crc remote_id call_guid extprop_contact_review_date extprop_contact_received_stamp
        extprop_contact_reviewed
    Calls: id is_permanent begin_timestamp topic is_muted is_unseen_missed host_identity mike_status duration
        soundlevel access_token active_members is_active name video_disabled joined_existing server_identity
        vaa_input_status is_incoming is_conference is_on_hold start_timestamp quality_problems
        current_video_audience premium_video_status premium_video_is_grace_period is_premium_video_sponsor
        premium_video_sponsor_list old_members partner_handle partner_dispname type status failurereason failurecode
        pstn_number old_duration conf_participants pstn_status members conv_dbid
    CallMembers: id is_permanent identity dispname languages call_duration price_per_minute price_precision
        price_currency payment_category type status failurereason sounderror_code soundlevel pstn_statustext
        pstn_feedback forward_targets forwarded_by debuginfo videostatus target_identity mike_status is_read_only
        quality_status call_name transfer_status transfer_active transferred_by transferred_to guid next_redial_time
        nrof_redials_done nrof_redials_left transfer_topic real_identity start_timestamp is_conference
        quality_problems identity_type country creation_timestamp stats_xml is_premium_video_sponsor
        is_multiparty_video_capable recovery_in_progress nonse_word nr_of_delivered_push_notifications
        call_session_guid version_string pk_status call_db_id prime_status
    Transfers: id is_permanent type partner_handle partner_dispname status failurereason starttime finishtime
        filepath filename filesize bytestransferred bytespersecond chatmsg_guid chatmsg_index convo_id pk_id nodeid
        last_activity flags old_status old_filepath accepttime parent_id offer_send_list extprop_localfilename
        extprop_hide_from_history extprop_window_visible extprop_handled_by_chat
    """
)

IOS_CALLS: Final[Known] = _tables(
    """
    ZCALLRECORD: Z_PK Z_ENT Z_OPT ZANSWERED ZCALLTYPE ZDISCONNECTED_CAUSE ZFACE_TIME_DATA ZNUMBER_AVAILABILITY
        ZORIGINATED ZREAD ZDATE ZDURATION ZDEVICE_ID ZISO_COUNTRY_CODE ZLOCATION ZNAME ZUNIQUE_ID ZADDRESS
        ZSERVICE_PROVIDER ZCALL_CATEGORY ZFILTERED_OUT_REASON ZHANDLE_TYPE ZJUNKCONFIDENCE ZVERIFICATIONSTATUS
        ZINITIATOR ZOUTGOINGLOCALPARTICIPANT ZBLOCKEDBYEXTENSION ZCONVERSATIONID ZIDENTITYEXTENSION ZIMAGEURL
        ZLOCALPARTICIPANTUUID ZOUTGOINGLOCALPARTICIPANTUUID ZPARTICIPANTGROUPUUID ZCALLDIRECTORYIDENTITYTYPE
        ZSCREENSHARINGTYPE ZWASEMERGENCYCALL ZUSESEMERGENCYVIDEO ZHASMESSAGE
    call: ROWID address date duration flags id name country_code network_code read assisted face_time_data
        originalAddress answered
    """
)

IOS_SMS: Final[Known] = _tables(
    """
    handle: ROWID id country service uncanonicalized_id person_centric_id
    chat: ROWID guid style state account_id properties chat_identifier service_name room_name account_login
        is_archived last_addressed_handle display_name group_id is_filtered successful_query server_change_token
        ck_sync_state original_group_id last_read_message_timestamp sr_server_change_token sr_ck_sync_state
        cloudkit_record_id sr_cloudkit_record_id last_addressed_sim_id is_blackholed syndication_date
        syndication_type is_recovered is_deleting_incoming_messages is_pending_review
    chat_handle_join: chat_id handle_id
    chat_message_join: chat_id message_id message_date
    message: ROWID guid text replace service_center handle_id subject country attributedBody version type service
        account account_guid error date date_read date_delivered is_delivered is_finished is_emote is_from_me
        is_empty is_delayed is_auto_reply is_prepared is_read is_system_message is_sent has_dd_results
        is_service_message is_forward was_downgraded is_archive cache_has_attachments cache_roomnames
        was_data_detected was_deduplicated is_audio_message is_played date_played item_type other_handle group_title
        group_action_type share_status share_direction is_expirable expire_state message_action_type message_source
        associated_message_guid associated_message_type thread_originator_guid date_edited date_retracted
        balloon_bundle_id payload_data expressive_send_style_id associated_message_range_location
        associated_message_range_length time_expressive_send_played message_summary_info destination_caller_id
        ck_sync_state ck_record_id ck_record_change_tag sr_ck_sync_state sr_ck_record_id sr_ck_record_change_tag
        is_corrupt reply_to_guid sort_id is_spam has_unseen_mention thread_originator_part syndication_ranges
        synced_syndication_ranges was_delivered_quietly did_notify_recipient was_detonated part_count is_stewie
        is_kt_verified is_sos is_critical bia_reference_id fallback_hash associated_message_emoji
        is_pending_satellite_send needs_relay schedule_type schedule_state sent_or_received_off_grid date_recovered
    attachment: ROWID guid created_date start_date filename uti mime_type transfer_state is_outgoing user_info
        transfer_name total_bytes is_sticker sticker_user_info attribution_info hide_attachment ck_sync_state
        ck_server_change_token_blob ck_record_id original_guid sr_ck_sync_state sr_ck_server_change_token_blob
        sr_ck_record_id is_commsafety_sensitive emoji_image_content_identifier emoji_image_short_description
        preview_generation_state
    message_attachment_join: message_id attachment_id
    chat_recoverable_message_join: chat_id message_id delete_date ck_sync_state
    """
)

GAJIM: Final[Known] = _tables(
    """
    logs: log_line_id jid_id contact_name time kind show message subject account_id error additional_data stanza_id
        message_id encryption encryption_state marker
    jids: jid_id jid type
    """
)

WHATSAPP: Final[Known] = _tables(
    """
    messages: _id key_remote_jid key_from_me key_id status needs_push data timestamp media_url media_mime_type
        media_wa_type media_size media_name media_caption media_hash media_duration origin latitude longitude
        thumb_image remote_resource received_timestamp send_timestamp receipt_server_timestamp
        receipt_device_timestamp read_device_timestamp played_device_timestamp raw_data recipient_count
        participant_hash starred quoted_row_id mentioned_jids multicast_id edit_version media_enc_hash
        payment_transaction_id forwarded preview_type send_count lookup_tables future_message_type
        message_add_on_flags
    messages_quotes: _id key_remote_jid key_from_me key_id status needs_push data timestamp media_url
        media_mime_type media_wa_type media_size media_name media_caption media_hash media_duration origin latitude
        longitude thumb_image remote_resource received_timestamp send_timestamp receipt_server_timestamp
        receipt_device_timestamp read_device_timestamp played_device_timestamp raw_data recipient_count
        participant_hash starred quoted_row_id mentioned_jids multicast_id edit_version media_enc_hash
    chat_list: _id key_remote_jid message_table_id subject creation last_read_message_table_id
        last_read_receipt_sent_message_table_id archived sort_timestamp mod_tag gen my_messages plaintext_disabled
        last_message_table_id unseen_message_count unseen_missed_calls_count unseen_row_count vcard_ui_dismissed
    group_participants: _id gjid jid admin pending sent_sender_key
    message: _id chat_row_id from_me key_id sender_jid_row_id status broadcast recipient_count participant_hash
        origination_flags origin timestamp received_timestamp receipt_server_timestamp message_type text_data
        starred lookup_tables sort_id message_add_on_flags view_mode translated_text
    message_media: message_row_id chat_row_id autotransfer_retry_enabled multicast_id media_job_uuid transferred
        transcoded file_path file_size suspicious_content trim_from trim_to face_x face_y media_key
        media_key_timestamp width height has_streaming_sidecar gif_attribution thumbnail_height_width_ratio
        direct_path first_scan_sidecar first_scan_length message_url mime_type file_length media_name file_hash
        media_duration page_count enc_file_hash partial_media_hash partial_media_enc_hash is_animated_sticker
        original_file_hash mute_video media_caption media_upload_handle
    message_quoted: message_row_id chat_row_id parent_message_chat_row_id from_me sender_jid_row_id key_id timestamp
        message_type origin text_data payment_transaction_id lookup_tables
    message_revoked: message_row_id revoked_key_id admin_jid_row_id revoke_timestamp
    message_edit_info: message_row_id original_key_id edited_timestamp sender_timestamp
    message_location: message_row_id chat_row_id latitude longitude place_name place_address url
        live_location_share_duration live_location_sequence_number live_location_final_latitude
        live_location_final_longitude live_location_final_timestamp map_download_status
    message_system: message_row_id action_type
    message_vcard: _id message_row_id vcard
    message_system_chat_participant: message_row_id user_jid_row_id _id
    jid: _id user server agent device type raw_string
    jid_map: lid_row_id jid_row_id
    chat: _id jid_row_id hidden subject created_timestamp display_message_row_id last_message_row_id
        last_read_message_row_id last_read_receipt_sent_message_row_id last_important_message_row_id archived
        sort_timestamp mod_tag gen spam_detection unseen_earliest_message_received_time unseen_message_count
        unseen_missed_calls_count unseen_row_count plaintext_disabled vcard_ui_dismissed
        change_number_notified_message_row_id show_group_description ephemeral_expiration
        last_read_ephemeral_message_row_id ephemeral_setting_timestamp ephemeral_disappearing_messages_initiator
        unseen_important_message_count group_type
    group_participant_user: _id group_jid_row_id user_jid_row_id rank pending
    call_log: _id jid_row_id from_me call_id transaction_id timestamp video_call duration call_result
        bytes_transferred group_jid_row_id is_joinable_group_call call_creator_device_jid_row_id call_random_id
    call_log_participant_v2: _id call_log_row_id jid_row_id call_result
    """
)

WHATSAPP_CONTACTS: Final[Known] = _tables(
    """
    wa_contacts: _id jid is_whatsapp_user status status_timestamp number raw_contact_id display_name phone_type
        phone_label unseen_msg_count photo_ts thumb_ts photo_id_timestamp given_name family_name wa_name sort_name
        nickname company title status_autodownload_disabled keep_timestamp is_spam_reported
    """
)
