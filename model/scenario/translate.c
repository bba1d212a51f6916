/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/translate: an expression as written to Lua source that can do nothing but arithmetic. See expression.h. */
#include <stdio.h>
#include <string.h>

#include "expression.h"

enum { DEPTH_MAX = 60, NAME_MAX_LENGTH = 255 };

typedef struct translator {
    const char *at;
    char *out;
    size_t used, size;
    int depth;
    ipsim_name_check *check;
    void *data;
    char *why;
    size_t why_size;
} translator;

static const char *const function_names[] = {"log", "exp", "sqrt", "abs", "min", "max", "floor", "ceil"};
static const char *const operator_words[] = {"and", "or", "not", "true", "false"};
static const char *const lua_words[] = {"break", "do",  "else",   "elseif", "end",   "for",   "function", "goto", "if",
                                        "in",    "nil", "repeat", "return", "local", "until", "then",     "while"};

static bool is_in(const char *name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (name[0] == words[i][0] && strcmp(name, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

#define IS_IN(name, words) is_in(name, words, sizeof(words) / sizeof(words)[0])

bool ipsim_expression_is_reserved(const char *name)
{
    return IS_IN(name, function_names) || IS_IN(name, operator_words) || IS_IN(name, lua_words) || strcmp(name, "pi") == 0 ||
           strcmp(name, "pow") == 0;
}

static bool fail(translator *t, const char *why)
{
    snprintf(t->why, t->why_size, "%s", why);
    return false;
}

static bool emit(translator *t, const char *text, size_t length)
{
    if (t->used + length + 1 > t->size) {
        return fail(t, "the expression is too long");
    }
    memcpy(t->out + t->used, text, length);
    t->used += length;
    t->out[t->used] = '\0';
    return true;
}

static bool insert(translator *t, size_t where, const char *text)
{
    size_t length = strlen(text);
    if (t->used + length + 1 > t->size) {
        return fail(t, "the expression is too long");
    }
    memmove(t->out + where + length, t->out + where, t->used - where + 1);
    memcpy(t->out + where, text, length);
    t->used += length;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static void skip_blanks(translator *t)
{
    t->at += strspn(t->at, " \t\r\n");
}

static size_t word_length(const char *text)
{
    size_t length = 0;
    while (is_letter(text[length]) || is_digit(text[length])) {
        length++;
    }
    return length;
}

static bool sequence(translator *t);
static bool operand(translator *t);

/* Whole numbers become reals: Lua's integers wrap around in silence. */
static bool number(translator *t)
{
    const char *from = t->at;
    bool real = false;
    for (; is_digit(*t->at) || *t->at == '.'; t->at++) {
        real = real || *t->at == '.';
    }
    if (*t->at == 'e' || *t->at == 'E') {
        real = true;
        t->at += t->at[1] == '+' || t->at[1] == '-' ? 2 : 1;
        t->at += strspn(t->at, "0123456789");
    }
    if (is_letter(*t->at)) {
        return fail(t, "a number runs into a name");
    }
    return emit(t, from, (size_t)(t->at - from)) && (real || emit(t, ".0", 2));
}

static bool parenthesis(translator *t)
{
    t->at++;
    if (++t->depth > DEPTH_MAX) {
        return fail(t, "parentheses are nested too deep");
    }
    bool ok = emit(t, "(", 1);
    while (ok && (ok = sequence(t)) && *t->at == ',') {
        t->at++;
        ok = emit(t, ",", 1);
    }
    if (!ok) {
        return false;
    }
    if (*t->at != ')') {
        return fail(t, "a \"(\" is never closed");
    }
    t->at++;
    t->depth--;
    return emit(t, ")", 1);
}

static bool name(translator *t)
{
    char word[NAME_MAX_LENGTH + 1];
    size_t length = word_length(t->at);
    if (length > NAME_MAX_LENGTH) {
        return fail(t, "a name is too long");
    }
    memcpy(word, t->at, length);
    word[length] = '\0';
    t->at += length;
    skip_blanks(t);
    char message[NAME_MAX_LENGTH + 80];
    bool is_call = *t->at == '(';
    bool is_function = IS_IN(word, function_names);
    if (is_function && !is_call) {
        snprintf(message, sizeof message, "%s is a function and needs its argument in parentheses", word);
        return fail(t, message);
    }
    if (IS_IN(word, lua_words) || IS_IN(word, operator_words)) {
        snprintf(message, sizeof message, "\"%s\" cannot stand here", word);
        return fail(t, message);
    }
    if (!is_function && !(strcmp(word, "pi") == 0 && !is_call) && !t->check(t->data, word, is_call)) {
        return false;
    }
    return emit(t, word, length) && (!is_call || parenthesis(t));
}

static bool primary(translator *t)
{
    if (is_digit(*t->at) || (*t->at == '.' && is_digit(t->at[1]))) {
        return number(t);
    }
    if (is_letter(*t->at)) {
        return name(t);
    }
    return *t->at == '(' ? parenthesis(t) : fail(t, "a number, a name or \"(\" is missing");
}

/* What follows ^ : signs, then an operand (so that 2^-3^2 is 2^(-(3^2))). */
static bool exponent(translator *t)
{
    skip_blanks(t);
    if (*t->at != '-') {
        return operand(t);
    }
    t->at++;
    if (++t->depth > DEPTH_MAX) {
        return fail(t, "signs are nested too deep");
    }
    bool ok = emit(t, " -", 2) && exponent(t);
    t->depth--;
    return ok;
}

static bool operand(translator *t)
{
    size_t start = t->used;
    if (!primary(t)) {
        return false;
    }
    skip_blanks(t);
    if (*t->at != '^') {
        return true;
    }
    t->at++;
    if (++t->depth > DEPTH_MAX) {
        return fail(t, "powers are nested too deep");
    }
    bool ok = insert(t, start, "pow(") && emit(t, ",", 1) && exponent(t) && emit(t, ")", 1);
    t->depth--;
    return ok;
}

static bool operator_sign(translator *t)
{
    static const char *const signs[] = {"//", "==", "~=", "<=", ">=", "+", "-", "*", "/", "%", "<", ">"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t length = strlen(signs[i]);
        if (strncmp(t->at, signs[i], length) == 0) {
            t->at += length;
            return emit(t, " ", 1) && emit(t, signs[i], length); /* the blank keeps "- -x" from becoming a comment */
        }
    }
    char message[80];
    if (*t->at >= ' ' && *t->at <= '~') {
        snprintf(message, sizeof message, "\"%c\" has no meaning here", *t->at);
        return fail(t, message);
    }
    return fail(t, "a character has no meaning here");
}

/* Operands and operators up to a comma, a closing parenthesis or the end; their order is left to Lua to check. */
static bool sequence(translator *t)
{
    for (;;) {
        skip_blanks(t);
        char c = *t->at;
        if (c == '\0' || c == ',' || c == ')') {
            return true;
        }
        bool ok = false;
        if (is_letter(c)) {
            char word[8] = "";
            size_t length = word_length(t->at);
            if (length < sizeof word) {
                memcpy(word, t->at, length);
            }
            if (IS_IN(word, operator_words)) {
                t->at += length;
                ok = emit(t, " ", 1) && emit(t, word, length) && emit(t, " ", 1);
            } else {
                ok = operand(t);
            }
        } else if (is_digit(c) || c == '.' || c == '(') {
            ok = operand(t);
        } else {
            ok = operator_sign(t);
        }
        if (!ok) {
            return false;
        }
    }
}

bool ipsim_expression_translate(const char *expression, ipsim_name_check *check, void *data, char *buffer, size_t size, char *why,
                                size_t why_size)
{
    translator t = {.at = expression, .out = buffer, .size = size, .check = check, .data = data, .why = why, .why_size = why_size};
    why[0] = '\0';
    skip_blanks(&t);
    if (*t.at == '\0') {
        return fail(&t, "the expression is empty");
    }
    if (!emit(&t, "return ", 7) || !sequence(&t)) {
        return false;
    }
    if (*t.at != '\0') {
        return fail(&t, *t.at == ',' ? "a comma outside a function (the decimal sign is a point)" : "a \")\" closes nothing");
    }
    return true;
}
