/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipsim/describe.h"

#include <stdlib.h>

#include "graphviz.h"
#include "parts.h"

static const char stylesheet[] =
    ":root{color-scheme:light dark;--ink:#1d2730;--soft:#55636f;--line:#d5dce2;--paper:#fff;--head:#f2f5f8;--link:#0b5cad}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6ebef;--soft:#a9b6c1;--line:#3a4650;--paper:#14191e;--head:#1e262d;--link:#8cc2ff}}\n"
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif}\n"
    "main{max-width:68rem;margin:0 auto;padding:2.5rem 1.25rem 5rem}\n"
    "p,li{max-width:46rem}h1,h2,h3,p,li,dd{overflow-wrap:anywhere}h1{font-size:2rem;line-height:1.2;margin:0 0 1.5rem}\n"
    "h2{font-size:1.4rem;margin:3.5rem 0 1rem;padding-top:1rem;border-top:1px solid var(--line)}h3{font-size:1.08rem;margin:2.25rem 0 "
    ".5rem}\n"
    ".scroll{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;font-size:.875rem;line-height:1.45}\n"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid "
    "var(--line);max-width:26rem;overflow-wrap:anywhere;"
    "min-width:5rem}\n"
    "thead th{color:var(--soft);font-weight:600}tbody th{font-weight:600}\n"
    ".formula{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.92rem;background:var(--head);padding:.5rem "
    ".8rem;border-radius:6px;"
    "overflow-wrap:anywhere}\n"
    "figure{margin:1rem 0;padding:.75rem;background:#fff;border:1px solid var(--line);border-radius:8px;overflow-x:auto}\n"
    "figure svg{max-width:100%;height:auto;display:block}a{color:var(--link)}nav{columns:2 14rem;font-size:.95rem}nav "
    "ul{margin:0;padding-left:1.1rem}\n"
    "@media "
    "print{body{font-size:10pt;color:#000;background:#fff}main{max-width:none;padding:0}h2,h3{break-after:avoid}figure,tr{break-inside:"
    "avoid}"
    ".scroll{overflow:visible}@page{size:A4;margin:16mm}}\n";

void ipsim_document_free(ipsim_document *document)
{
    if (!document)
        return;
    for (size_t i = 0; i < document->n_files; i++) {
        free(document->files[i].name);
        free(document->files[i].text);
    }
    free(document->files);
    free(document);
}

ipsim_status ipsim_describe(const ipsim_scenario *scenario, const ipsim_table *checks, const char *program, ipsim_document **out,
                            ipsim_error *err)
{
    *out = NULL;
    ipsim_status loaded = ipsim_graphviz_load(err);
    if (loaded != IPSIM_OK)
        return loaded;
    char *diagram = ipsim_describe_diagram(scenario);
    if (!diagram)
        return ipsim_error_set(err, IPSIM_ERR_LIMIT, "Graphviz could not draw the state diagram (its plug-ins may need: dot -c)");
    page p = {0};
    ipsim_document *document = calloc(1, sizeof *document);
    bool ok = document && ipsim_doc_begin(&p, document);
    const char *title = ipsim_doc_or(scenario->title.value, scenario->name.value);
    if (!ok)
        free(diagram);
    else {
        ipsim_doc_heading(&p, 1, title);
        ipsim_describe_overview(&p, scenario, program);
        ipsim_describe_states(&p, scenario, diagram);
        ipsim_describe_people(&p, scenario);
        ipsim_describe_transitions(&p, scenario);
        ipsim_describe_rewards(&p, scenario);
        ipsim_describe_parameters(&p, scenario);
        ipsim_describe_cheers(&p, scenario);
        ipsim_describe_checks(&p, checks);
    }
    ok = document && ipsim_doc_end(&p, title, stylesheet) && ok;
    if (!ok) {
        ipsim_document_free(document);
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for the description");
    }
    *out = document;
    return IPSIM_OK;
}
