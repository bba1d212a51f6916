/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/node: see node.h. */
#include "node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *ipsim_loader_alloc(ipsim_loader *loader, size_t count, size_t size)
{
    void *memory = ipsim_arena_alloc(loader->arena, count, size);
    if (memory == NULL) {
        loader->out_of_memory = true;
    }
    return memory;
}

char *ipsim_loader_strdup(ipsim_loader *loader, const char *text)
{
    char *copy = ipsim_arena_strdup(loader->arena, text);
    if (copy == NULL) {
        loader->out_of_memory = true;
    }
    return copy;
}

char *ipsim_loader_printf(ipsim_loader *loader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : ipsim_loader_alloc(loader, (size_t)length + 1, 1);
    if (text == NULL) {
        loader->out_of_memory = true;
        return NULL;
    }
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

char *ipsim_loader_join(ipsim_loader *loader, const char *prefix, const char *key)
{
    size_t before = strlen(prefix), dot = before > 0, after = strlen(key) + 1;
    char *text = ipsim_loader_alloc(loader, before + dot + after, 1);
    if (text != NULL) {
        memcpy(text, prefix, before); // NOLINT(bugprone-not-null-terminated-result): the end comes with the key
        memcpy(text + before, ".", dot);
        memcpy(text + before + dot, key, after);
    }
    return text;
}

const char *ipsim_loader_beside(ipsim_loader *loader, const char *file, const char *path)
{
    const char *slash = file == NULL ? NULL : strrchr(file, '/');
    if (path[0] == '/' || slash == NULL) {
        return ipsim_loader_strdup(loader, path);
    }
    return ipsim_loader_printf(loader, "%.*s%s", (int)(slash - file) + 1, file, path);
}

ipsim_node *ipsim_node_create(ipsim_loader *loader, const char *name, ipsim_node_type type, const char *file, int line)
{
    ipsim_node *node = ipsim_loader_alloc(loader, 1, sizeof *node);
    if (node != NULL) {
        node->name = name;
        node->type = type;
        node->file = file;
        node->line = line;
    }
    return node;
}

ipsim_node *ipsim_node_child(const ipsim_node *parent, const char *name)
{
    if (parent->type != IPSIM_NODE_GROUP) {
        return NULL;
    }
    for (ipsim_node *child = parent->first; child != NULL; child = child->next) {
        if (child->name[0] == name[0] && strcmp(child->name, name) == 0) {
            return child;
        }
    }
    return NULL;
}

void ipsim_node_append(ipsim_node *parent, ipsim_node *child)
{
    child->next = NULL;
    if (parent->last == NULL) {
        parent->first = child;
    } else {
        parent->last->next = child;
    }
    parent->last = child;
    parent->count++;
}

void ipsim_node_sort(ipsim_node *parent)
{
    ipsim_node *rest = parent->first;
    parent->first = parent->last = NULL;
    while (rest != NULL) {
        ipsim_node *child = rest;
        rest = rest->next;
        ipsim_node **place = &parent->first;
        while (*place != NULL && strcmp((*place)->name, child->name) <= 0) {
            place = &(*place)->next;
        }
        child->next = *place;
        *place = child;
        parent->last = child->next == NULL ? child : parent->last;
    }
}

void ipsim_node_remove(ipsim_node *parent, const ipsim_node *child)
{
    ipsim_node *before = NULL;
    for (ipsim_node *node = parent->first; node != NULL; before = node, node = node->next) {
        if (node != child) {
            continue;
        }
        if (before == NULL) {
            parent->first = node->next;
        } else {
            before->next = node->next;
        }
        if (parent->last == node) {
            parent->last = before;
        }
        parent->count--;
        return;
    }
}

const char *ipsim_node_type_name(const ipsim_node *node)
{
    switch (node->type) {
    case IPSIM_NODE_GROUP:
        return "a group { ... }";
    case IPSIM_NODE_LIST:
        return "a list [ ... ]";
    case IPSIM_NODE_INTEGER:
        return "a whole number";
    case IPSIM_NODE_REAL:
        return "a number";
    case IPSIM_NODE_FLAG:
        return "true or false";
    case IPSIM_NODE_TEXT:
        return "a text";
    }
    return "nothing";
}
