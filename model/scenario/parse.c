/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/parse: libconfig to a tree of settings. The only file that includes libconfig.h. */
#include <libconfig.h>
#include <string.h>

#include "ipsim/plain_text.h"
#include "node.h"

/* Text that nobody should have to print. */
static void check_text(ipsim_loader *loader, ipsim_node *node, ipsim_origin at)
{
    unsigned control = ipsim_text_control_character(node->text);
    if (!ipsim_is_utf8(node->text)) { /* an escape such as "\xff" */
        ipsim_error_add(loader->errors, IPSIM_ERR_SYNTAX, at, "the text is not UTF-8");
    } else if (control != 0) {
        ipsim_error_add(loader->errors, IPSIM_ERR_SYNTAX, at,
                        "there is an invisible control character in the text (U+%04X), which could garble what is printed; remove it",
                        control);
    } else {
        return;
    }
    node->text = "";
}

/* Depth is bounded by text.c (32 for each file, 10 includes), so recursion is safe. */
static ipsim_node *convert(ipsim_loader *loader, const config_setting_t *setting, const ipsim_source_text *text)
{
    const char *name = config_setting_name(setting);
    ipsim_origin at = ipsim_source_text_origin(text, (int)config_setting_source_line(setting));
    if (name != NULL && (name = ipsim_loader_strdup(loader, name)) == NULL) {
        return NULL;
    }
    ipsim_node *node = ipsim_node_create(loader, name, IPSIM_NODE_GROUP, at.file, at.line);
    if (node == NULL) {
        return NULL;
    }
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        node->type = IPSIM_NODE_INTEGER;
        node->integer = config_setting_get_int64(setting);
        break;
    case CONFIG_TYPE_FLOAT:
        node->type = IPSIM_NODE_REAL;
        node->real = config_setting_get_float(setting) + 0.0; /* no -0: a rate of -0 would end every stay before it began */
        break;
    case CONFIG_TYPE_BOOL:
        node->type = IPSIM_NODE_FLAG;
        node->flag = config_setting_get_bool(setting) != CONFIG_FALSE;
        break;
    case CONFIG_TYPE_STRING:
        node->type = IPSIM_NODE_TEXT;
        const char *value = config_setting_get_string(setting);
        node->text = ipsim_loader_strdup(loader, value == NULL ? "" : value);
        if (node->text == NULL) {
            return NULL;
        }
        check_text(loader, node, (ipsim_origin){at.file, at.line, name});
        break;
    default:
        node->type = config_setting_type(setting) == CONFIG_TYPE_GROUP ? IPSIM_NODE_GROUP : IPSIM_NODE_LIST;
        for (int i = 0; i < config_setting_length(setting); i++) {
            ipsim_node *child = convert(loader, config_setting_get_elem(setting, (unsigned)i), text);
            if (child == NULL) {
                return NULL;
            }
            ipsim_node_append(node, child);
        }
    }
    return node;
}

static void report_syntax_error(ipsim_loader *loader, const config_t *config, const ipsim_source_text *text)
{
    const char *said = config_error_text(config);
    ipsim_origin at = ipsim_source_text_origin(text, config_error_line(config));
    if (said != NULL && strstr(said, "duplicate") != NULL) {
        ipsim_error_add(loader->errors, IPSIM_ERR_DUPLICATE, at, "a key is given twice in the same group");
    } else if (text->long_text_end == config_error_line(config)) {
        ipsim_error_add(loader->errors, IPSIM_ERR_SYNTAX, at, "this is not understood here; is the closing quote of line %d missing?",
                        text->long_text_line);
    } else {
        ipsim_error_add(loader->errors, IPSIM_ERR_SYNTAX, at,
                        "this is not understood here; a setting is  key = value;  or  key: { ... };  text and names stand in quotes, and "
                        "numbers have a decimal point");
    }
}

ipsim_node *ipsim_parse_file(ipsim_loader *loader, const char *path, ipsim_origin asked_from)
{
    ipsim_source_text text;
    ipsim_node *root = NULL;
    if (ipsim_source_text_read(loader, path, asked_from, &text)) {
        config_t config;
        config_init(&config);
        if (config_read_string(&config, text.text) == CONFIG_TRUE) {
            root = convert(loader, config_root_setting(&config), &text);
            if (root != NULL) { /* the root has no line of its own */
                root->file = text.spans[0].file;
                root->line = 0;
            }
        } else {
            report_syntax_error(loader, &config, &text);
        }
        config_destroy(&config);
    }
    ipsim_source_text_clear(&text);
    return root;
}

static void set_origins(ipsim_node *node, const char *file)
{
    node->file = file;
    node->line = 0;
    for (ipsim_node *child = node->first; child != NULL; child = child->next) {
        set_origins(child, file);
    }
}

ipsim_node *ipsim_parse_value(ipsim_loader *loader, const char *name, const char *text)
{
    static const char source[] = "--set";
    ipsim_node *node = NULL;
    /* Anything that is not exactly one value ("0.6 * hr_b", "progression", "1; x = 2") is taken as text, so what scanning it has to say
     * is no error. The line break keeps a "#" in it from hiding the end. */
    ipsim_error_list unheard = {0};
    ipsim_loader quiet = {.arena = loader->arena, .errors = &unheard};
    ipsim_source_text scanned = {0};
    const char *statement = strchr(text, '@') != NULL ? NULL : ipsim_loader_printf(loader, "v = %s\n;", text);
    if (statement != NULL && ipsim_source_text_take(&quiet, source, statement, &scanned)) {
        config_t config;
        config_init(&config);
        if (config_read_string(&config, scanned.text) == CONFIG_TRUE && config_setting_length(config_root_setting(&config)) == 1) {
            node = convert(&quiet, config_setting_get_elem(config_root_setting(&config), 0), &scanned);
            node = unheard.count > 0 ? NULL : node; /* an escape that no text may hold */
        }
        config_destroy(&config);
    }
    ipsim_source_text_clear(&scanned);
    ipsim_error_list_clear(&unheard);
    if (node == NULL && (node = ipsim_node_create(loader, NULL, IPSIM_NODE_TEXT, NULL, 0)) != NULL) {
        node->text = ipsim_loader_strdup(loader, text);
        if (node->text != NULL) {
            check_text(loader, node, (ipsim_origin){source, 0, name});
        }
    }
    loader->out_of_memory = loader->out_of_memory || quiet.out_of_memory;
    if (node == NULL || loader->out_of_memory) {
        return NULL;
    }
    set_origins(node, source);
    node->name = name;
    return node;
}
