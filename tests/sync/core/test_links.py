"""Links by the types of what they join: the word sent is the word read back, whatever the rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.core.links import LinkRule, LinkTable, contradiction

TYPES = st.sampled_from(["Feature", "Story", "Risk"])
WORDS = st.sampled_from(["blocks", "depends on", "endangers", "relates to"])
LINK_TYPES = st.sampled_from(["Blocks", "Depends", "Risks", "Relates"])
RULES = st.builds(LinkRule, TYPES, WORDS, TYPES, LINK_TYPES)
TABLES = st.builds(
    LinkTable, st.dictionaries(WORDS, LINK_TYPES), st.lists(RULES, max_size=8).map(tuple)
)


@given(TABLES, WORDS, TYPES, TYPES)
def test_what_is_sent_is_read_back_as_the_same_word(table, word, source, target):
    sent = table.to_jira(word, source, target)
    assert sent is None or table.to_board(sent, source, target) == word


@given(TABLES, LINK_TYPES, TYPES, TYPES)
def test_what_is_read_would_be_sent_as_the_same_link_type(table, link_type, source, target):
    read = table.to_board(link_type, source, target)
    assert read is None or table.to_jira(read, source, target) == link_type


@given(st.dictionaries(WORDS, LINK_TYPES), WORDS, LINK_TYPES, TYPES, TYPES)
def test_without_rules_the_words_decide_whatever_is_joined(words, word, link_type, source, target):
    table = LinkTable(words)
    first = next((w for w, t in words.items() if t == words.get(word)), None)
    assert table.to_jira(word, source, target) == (words.get(word) if first == word else None)
    assert (table.to_board(link_type, source, target) is None) == (link_type not in words.values())


@given(st.lists(RULES, max_size=8))
def test_rules_that_do_not_contradict_each_other_all_hold(rules):
    if contradiction(rules) is not None:
        return
    table = LinkTable({"blocks": "Blocks"}, tuple(rules))
    for rule in rules:
        assert table.to_jira(rule.word, rule.source, rule.target) == rule.link_type
        assert table.to_board(rule.link_type, rule.source, rule.target) == rule.word


def test_a_rule_goes_before_the_words_between_its_types_alone():
    rule = LinkRule("Feature", "depends on", "Feature", "Blocks")
    table = LinkTable({"blocks": "Blocks"}, (rule,))
    assert table.to_jira("depends on", "Feature", "Feature") == "Blocks"
    assert table.to_board("Blocks", "Feature", "Feature") == "depends on"
    assert table.to_jira("blocks", "Story", "Feature") == "Blocks"
    assert table.to_board("Blocks", "Story", "Feature") == "blocks"
    # Between features it would come back as another word, so it stays on the board.
    assert table.to_jira("blocks", "Feature", "Feature") is None
    assert table.to_jira("depends on", "Story", "Feature") is None
    assert table.link_types == {"Blocks"}


def test_the_direction_is_part_of_a_rule():
    table = LinkTable({}, (LinkRule("Risk", "endangers", "Feature", "Risks"),))
    assert table.to_jira("endangers", "Feature", "Risk") is None
    assert table.to_board("Risks", "Risk", "Feature") == "endangers"


def test_contradictions_are_found():
    one = LinkRule("Feature", "needs", "Story", "Blocks")
    assert contradiction([one, LinkRule("Feature", "needs", "Story", "Depends")]) is not None
    assert contradiction([one, LinkRule("Feature", "wants", "Story", "Blocks")]) is not None
    assert contradiction([one, LinkRule("Story", "needs", "Feature", "Depends")]) is None


def test_a_link_type_is_told_by_its_id_whatever_it_is_called():
    table = LinkTable({"blocks": "Blocks", "clones": "Cloners"}, ids={"Blocks": "10000"})
    assert table.called("10000", "Stops") == "Blocks"
    assert table.called("10000", "Blocks") == "Blocks"
    assert table.called("10009", "Blocks") == "", "another type has taken the name over"
    assert table.called("10001", "Cloners") == "Cloners", "an id that was not learnt yet"
    assert table.called("", "Blocks") == "Blocks", "an answer without an id"
    assert table.to_board("", "Story", "Story") is None
