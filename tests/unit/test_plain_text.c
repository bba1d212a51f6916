/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/plain_text: what is text, what is not, and what is left of it. */
#include "../testlib.h"

#include <string.h>

#include "ipsim/plain_text.h"

static void lengths_of_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t left, length;
    } cases[] = {
        {"a", 1, 1},
        {"", 0, 0},
        {"\0", 1, 0},
        {"\xC3\xB8", 2, 2},
        {"\xC3\xB8", 1, 0},
        {"\xC0\xAF", 2, 0}, /* overlong */
        {"\xE2\x82\xAC", 3, 3},
        {"\xED\xA0\x80", 3, 0}, /* surrogate */
        {"\xE0\x9F\xBF", 3, 0},
        {"\xF0\x9F\x98\x80", 4, 4},
        {"\xF4\x90\x80\x80", 4, 0}, /* beyond U+10FFFF */
        {"\x80", 1, 0},
        {"\xFF", 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(ipsim_utf8_length(cases[i].text, cases[i].left), cases[i].length);
    }
    assert_true(ipsim_is_utf8("bl\xC3\xA5"
                              "b\xC3\xA6r"));
    assert_false(ipsim_is_utf8("bl\xE5"));
    assert_false(ipsim_is_utf8("plain, then \xE5"));
}

static void what_is_plain_at_a_glance(void **state)
{
    (void)state;
    static const char *const others[] = {"", "\n", "\t", "\x1F", "\x7F", "\x80", "\xC3\xB8"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[32];
        snprintf(text, sizeof text, "a ~z%sb", others[i]);
        assert_int_equal(ipsim_ascii_length(text, strlen(text)), others[i][0] == '\0' ? 5 : 4);
        assert_int_equal(ipsim_ascii_length(text, 2), 2);
    }
    assert_int_equal(ipsim_ascii_length("a", 0), 0);
}

static void becomes(const char *text, const char *instead, bool keep_lines, const char *expected)
{
    char buffer[256];
    assert_true(ipsim_plain_text_room(text, instead) <= sizeof buffer);
    size_t bytes = ipsim_plain_text(text, instead, keep_lines, buffer, ipsim_plain_text_room(text, instead));
    assert_string_equal(buffer, expected);
    assert_int_equal(bytes, strlen(expected));
}

static void what_does_things_to_a_screen_goes(void **state)
{
    (void)state;
    becomes("plain \xC3\xA6", "?", false, "plain \xC3\xA6");
    becomes("\x1B[31mred\x07", "?", false, "?[31mred?");
    becomes("\x1B[31mred\x07", "", false, "[31mred");
    becomes("a\tb\nc\r\nd\re", "?", false, "a b c d?e");
    becomes("a\tb\nc\r\nd", "?", true, "a b\nc\nd");
    becomes("\x7F\xC2\x9B"
            "2J",
            "?", false, "??2J"); /* DEL; CSI of eight bits */
    becomes("\xE2\x80\xAE"
            "evil\xE2\x81\xA6\xE2\x80\x8F",
            "", false, "evil"); /* U+202E, U+2066, U+200F */
    becomes("x\xEF\xBF\xBF"
            "y\xFFz",
            "\xEF\xBF\xBD", false, "x\xEF\xBF\xBDy\xEF\xBF\xBDz");
    becomes("", "?", false, "");
}

static void what_does_not_fit_is_cut_between_characters(void **state)
{
    (void)state;
    char buffer[6];
    assert_int_equal(ipsim_plain_text("abcd\xC3\xB8", "?", false, buffer, sizeof buffer), 4);
    assert_string_equal(buffer, "abcd");
    assert_int_equal(ipsim_plain_text("abc\xC3\xB8z", "?", false, buffer, sizeof buffer), 5);
    assert_string_equal(buffer, "abc\xC3\xB8");
    assert_int_equal(ipsim_plain_text("abcdefgh", "?", false, buffer, sizeof buffer), 5);
    assert_string_equal(buffer, "abcde");
    assert_int_equal(ipsim_plain_text("abc", "?", false, buffer, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_of_utf8),
        cmocka_unit_test(what_is_plain_at_a_glance),
        cmocka_unit_test(what_does_things_to_a_screen_goes),
        cmocka_unit_test(what_does_not_fit_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
