"""What is promised when something goes wrong, and the tests that hold it; `docs/reliability.md` is made of this."""

from __future__ import annotations

from collections.abc import Mapping

PROMISES: tuple[tuple[str, Mapping[str, tuple[str, ...]]], ...] = (
    (
        "A session that is killed (SIGKILL, SIGTERM, SIGHUP, its terminal closed, Ctrl-C) at any moment has "
        "every answer that was acknowledged, each once and under its question; nothing stored before has "
        "changed; `--resume` asks the same question with the draft below it. In line mode the draft is every "
        "line that was sent with Enter.",
        {
            "reliability/test_kills.py": (
                "test_nothing_is_lost_by_kills",
                "test_nothing_is_lost_while_the_encoder_loads",
            ),
            "unit/test_storage.py": ("test_kill_dash_nine_loses_nothing_that_was_submitted",),
        },
    ),
    (
        "All of these but SIGKILL also save what was being typed, and leave the terminal as it was. (Of a "
        "terminal that closes, line mode keeps what was sent with Enter.)",
        {
            "reliability/test_quitting.py": (
                "test_a_signal_saves_what_was_being_typed_and_gives_the_terminal_back",
                "test_quitting_the_interface_while_an_answer_is_read_ends_quietly",
                "test_ctrl_c_in_line_mode_while_an_answer_is_read_says_how_to_come_back",
            ),
            "unit/test_broken_line.py": ("test_the_unfinished_line_belongs_to_the_draft",),
        },
    ),
    (
        "No worker outlives its program, no program its terminal, and no visitor's program the server.",
        {
            "reliability/test_worker.py": (
                "test_the_worker_ends_with_a_parent_that_was_killed",
                "test_the_worker_ends_with_a_parent_that_forgets_to_stop_it",
            ),
            "reliability/test_streams.py": (
                "test_the_interface_ends_with_its_terminal_also_where_hang_ups_are_ignored",
            ),
            "reliability/test_serve.py": ("test_when_the_server_is_killed_nothing_of_it_lives_on",),
        },
    ),
    (
        "A disk that fills, in the middle of a write too, loses nothing that was saved; the session goes on "
        "once there is room.",
        {
            "reliability/test_faults.py": (
                "test_line_mode_goes_on_once_a_full_disk_has_room_again",
                "test_the_interface_goes_on_once_a_full_disk_has_room_again",
                "test_a_limit_of_files_in_the_middle_of_an_interview_ends_it_with_what_was_saved",
            ),
            "unit/test_storage.py": ("test_a_full_disk_is_said_and_nothing_before_it_is_lost",),
            "unit/test_batches.py": ("test_an_output_that_takes_no_more_is_said_with_what_is_in_it",),
            "reliability/test_worker.py": (
                "test_a_log_that_cannot_be_written_costs_no_grade",
                "test_a_cache_that_cannot_be_written_is_said_and_costs_no_grade",
            ),
            "reliability/test_streams.py": ("test_a_full_standard_output_is_said_in_one_sentence",),
        },
    ),
    (
        "A folder or file that may only be read is said and left as it is.",
        {
            "reliability/test_faults.py": ("test_a_folder_or_a_file_that_may_only_be_read_is_said_and_left",),
            "unit/test_journal_troubles.py": ("test_what_may_only_be_read_refuses_every_write_and_still_reads",),
        },
    ),
    (
        "A journal that another program holds is waited for; then it is said, and what was typed can be sent "
        "again. Two windows on one session file no answer under another question.",
        {
            "reliability/test_faults.py": ("test_line_mode_goes_on_once_another_program_lets_go_of_the_journal",),
            "unit/test_journal_troubles.py": (
                "test_a_journal_that_another_program_holds_is_left_and_worth_another_try",
                "test_an_old_journal_that_another_program_holds_is_brought_up_to_date_later",
            ),
            "unit/test_two_windows.py": (
                "test_an_answer_is_never_filed_under_another_question",
                "test_a_session_that_another_program_conducts_is_not_opened_without_asking",
            ),
            "reliability/test_two_programs.py": (
                "test_who_takes_a_session_over_goes_on_with_it_and_the_first_loses_no_word",
                "test_a_session_that_another_program_holds_can_be_watched",
            ),
            "unit/test_journal_places.py": ("test_without_locks_the_cause_and_the_way_out_are_named",),
        },
    ),
    (
        "A clock that is set back takes no answering time away, and no event of a session is earlier than the "
        "one before it.",
        {"reliability/test_faults.py": ("test_a_clock_that_is_set_back_takes_no_time_away",)},
    ),
    (
        "A worker that is killed, stopped or hung while it grades is replaced, and the answer graded; an "
        "answer that ends it twice is ungraded with the reason, and the others are graded.",
        {
            "reliability/test_worker.py": (
                "test_a_worker_killed_amid_grading_is_replaced_and_the_answer_graded",
                "test_a_worker_that_is_stopped_amid_grading_is_replaced_and_the_answer_graded",
                "test_a_worker_that_hangs_is_killed_and_the_answer_graded",
                "test_an_answer_that_kills_the_worker_twice_is_ungraded_and_the_others_are_graded",
            ),
            "reliability/test_bridge.py": ("test_a_worker_that_is_killed_costs_no_visitor_a_grade",),
        },
    ),
    (
        "Any bytes as a pack, a settings file, a row of a batch, a model's reply or a journal are read, or "
        "refused in a sentence, and at once. A damaged session hides no other.",
        {
            "reliability/test_fuzz.py": (
                "test_a_damaged_question_is_read_or_is_a_finding",
                "test_any_words_of_a_judge_are_a_judgement_or_unreadable",
                "test_a_damaged_judgement_is_a_judgement_or_unreadable",
                "test_any_body_of_a_server_is_a_reply_or_unusable",
                "test_a_damaged_file_is_read_or_refused",
                "test_damaged_events_are_read_or_refused",
            ),
            "unit/test_strange_packs.py": ("test_no_bytes_end_the_reading_otherwise",),
            "unit/test_settings.py": ("test_any_file_is_read_or_refused",),
            "unit/test_batches.py": (
                "test_any_line_is_a_row_or_an_error_by_name",
                "test_any_file_of_rows_is_graded_to_its_end",
            ),
            "unit/test_journal_places.py": ("test_a_damaged_session_is_named_and_all_others_are_listed_and_read",),
        },
    ),
    (
        "A cache that is damaged costs its work once more and never a wrong grade; one that cannot be written costs "
        "nothing else.",
        {
            "unit/test_vector_cache.py": (
                "test_a_torn_last_record_costs_only_itself",
                "test_a_flipped_bit_is_never_served",
                "test_a_damaged_header_sets_the_file_aside",
                "test_processes_that_append_at_once_lose_nothing",
            ),
            "unit/test_bank.py": (
                "test_a_corrupt_cache_is_ignored",
                "test_a_damaged_cache_of_the_same_length_is_noticed_and_written_anew",
            ),
            "unit/test_audit.py": ("test_a_damaged_file_of_grades_counts_as_empty",),
            "reliability/test_worker.py": ("test_a_cache_that_cannot_be_written_is_said_and_costs_no_grade",),
        },
    ),
    (
        "No escape sequence, control character or sign without width of a pack, a setting, a name, an answer or a "
        "server reaches the terminal, whichever command shows it.",
        {
            "reliability/test_hostile_text.py": (
                "test_no_command_shows_any_of_it",
                "test_the_interface_at_a_terminal_shows_none_of_it",
            ),
            "unit/test_text.py": (
                "test_what_could_repaint_the_terminal_is_removed",
                "test_nothing_that_is_to_be_ignored_is_shown_but_what_chooses_emoji_or_text",
            ),
        },
    ),
    (
        "A database of another program, a folder or a damaged file in the journal's place is said and left as it is.",
        {
            "unit/test_journal_places.py": ("test_what_stands_in_the_journals_place_is_said_and_left",),
            "unit/test_cli.py": ("test_a_damaged_journal_is_named_and_left_alone",),
        },
    ),
    (
        "A journal of any earlier version is brought up to date, reads as that version read it, goes on at another "
        "place, and a session is deleted from it without a trace.",
        {
            "unit/test_journal_places.py": (
                "test_there_is_a_journal_of_every_version_before_this_one",
                "test_a_journal_of_any_version_is_brought_up_to_date_and_reads_the_same",
                "test_what_an_earlier_version_read_in_its_journal_is_read_today",
                "test_a_session_that_an_earlier_version_left_is_taken_up_with_its_draft",
                "test_a_session_is_deleted_from_a_journal_of_any_version_without_a_trace",
                "test_a_journal_of_any_version_goes_on_at_another_place",
            ),
            "test_stored.py": ("test_a_stored_session_replays_to_the_same_state_and_scores",),
        },
    ),
    (
        "`mockdl serve` lets in nobody without its token, under another name or from another page, and no request, "
        "message, window or visitor takes more than its bound.",
        {
            "reliability/test_serve.py": (
                "test_without_the_token_everything_is_refused",
                "test_the_websocket_is_refused_without_the_token_and_starts_nothing",
                "test_a_name_that_is_not_ours_is_refused_with_the_token_too",
                "test_a_websocket_of_another_page_is_refused_with_the_token_too",
                "test_a_request_of_another_page_is_refused",
                "test_a_request_with_a_body_or_an_endless_head_is_refused",
                "test_a_message_that_is_too_large_ends_only_that_visit",
                "test_a_window_of_any_size_costs_no_memory",
                "test_one_visitor_too_many_is_told_so_and_comes_in_when_another_leaves",
                "test_a_window_that_nobody_uses_is_closed_and_told_why",
            ),
        },
    ),
    (
        "Without what only POSIX has (`fcntl`, `termios`, `resource`) line mode holds an interview and reports it.",
        {
            "unit/test_other_systems.py": (
                "test_line_mode_holds_an_interview_and_reports_it_without_what_posix_alone_has",
                "test_what_stands_in_for_what_is_lacking_works",
            ),
            "reliability/test_serve.py": ("test_without_local_sockets_the_encoder_is_shared_all_the_same",),
        },
    ),
    (
        "Offline, no process of ours opens a socket of the internet.",
        {
            "reliability/test_offline.py": (
                "test_a_whole_session_opens_no_socket_of_the_internet",
                "test_grading_a_file_opens_no_socket_of_the_internet",
            ),
        },
    ),
    (
        "A file that is graded by two workers of Ray (`--engine ray`) gets the grades of the local engine, in order, "
        "also when a worker is killed (SIGKILL) in the middle; no worker outlives the program, and all listen on "
        "loopback alone. (By `pytest -m ray -n 0` with the extra `ray`, not in every run; it passed with Ray 2.60.0.)",
        {"reliability/test_ray.py": ("test_two_workers_grade_as_the_local_engine_does_though_one_is_killed",)},
    ),
    (
        "A file that is graded a second time into the same output has there a grade of every answer, each once and in "
        "order, or is refused with nothing changed: behind grades of another input, level, rubric, grader or judge no "
        "grade is added.",
        {
            "unit/test_going_on.py": (
                "test_a_second_run_writes_what_one_alone_had",
                "test_grades_of_another_input_are_not_gone_on_behind",
                "test_grades_at_another_level_are_not_mixed",
                "test_grades_by_another_rubric_are_not_mixed",
                "test_grades_of_another_grader_are_not_mixed",
                "test_grades_of_another_judge_are_not_mixed",
                "test_a_first_grade_that_is_half_written_is_made_anew",
            ),
        },
    ),
)
"""A promise, and file by file below `tests/` the functions that hold it."""
