/* SPDX-License-Identifier: MIT
** identity: identifiers → customers, by a graph that lives only while identity_resolve runs. Knows events, no source.
**
** A node is (kind, normalised text); nodes are numbered in the order (kind, text), so a component's smallest number
** is its name. Every two nodes of one row are an edge; contact_id and parent_contact_id are nodes like the identifiers,
** the weakest kind. Whatever is decided rests on node numbers and on sets, never on the order of rows. Empty texts are
** no identifiers, nor is a telephone without digits ('anonymous').
**
** The guard looks for hubs in four passes, each over what the earlier ones left. A node that meets more than
** IDENTITY_GUARD_MAX of these loses its edges; accounts never do:
**   1. the accounts on its own rows                                         (any kind),
**   2. and those on the rows of its contacts                                (identifiers),
**   3. the other identifiers of its own kind in its contacts                (identifiers),
**   4. its accounts, and those of the identifiers that share a row with it   (any kind).
** Pass 3 needs no accounts: a switchboard meets the numbers of all its callers, a caller meets the switchboard, however
** often. It comes after pass 2, so that numbers already known as the company's do not count against a caller; numbers
** that pass 3 itself finds do. A hub's own rows go with its caller's, where the contact names one.
** A row belongs to the component of its strongest unguarded identifier; else to that of its contact, where that has an
** identifier; else to its strongest guarded identifier, alone; else to the smallest guarded one of its contact. */
#include "identity.h"
#include "pairs.h"

enum { ROW_NODES_MAX = 6, EDGE_SLOTS_FIRST = 1024 };
#define NO_NODE UINT32_MAX

typedef enum NodeKind { NODE_ACCOUNT, NODE_PHONE, NODE_EMAIL, NODE_DEVICE, NODE_CONTACT, NODE_KIND_COUNT } NodeKind;

typedef struct NodeColumn {
  EventColumn column;
  NodeKind kind;
} NodeColumn;
/* strongest first */
static const NodeColumn stitched_columns[] = {
  {EV_ACCOUNT, NODE_ACCOUNT}, {EV_PHONE, NODE_PHONE},        {EV_EMAIL, NODE_EMAIL},
  {EV_DEVICE, NODE_DEVICE},   {EV_CONTACT_ID, NODE_CONTACT}, {EV_PARENT_CONTACT_ID, NODE_CONTACT},
};
static const NodeColumn given_columns[] = {
  {EV_CUSTOMER, NODE_ACCOUNT}, {EV_CONTACT_ID, NODE_CONTACT}, {EV_PARENT_CONTACT_ID, NODE_CONTACT},
};

typedef struct Node {
  uint32_t code;                   /* of the normalised text; of a contact, see scope_contacts */
  NodeKind kind;
} Node;

typedef struct Edge {
  uint32_t a, b;                   /* a < b, so a is of the same or the stronger kind */
} Edge;

enum { REACH_MAX = IDENTITY_GUARD_MAX + 2 };   /* one too many, besides the node itself */
typedef struct Reach {             /* distinct nodes that a node meets; complete while count < REACH_MAX */
  uint32_t count, node[REACH_MAX];
} Reach;

typedef struct CodeMap {           /* code → node + 1; 0 = not seen */
  uint32_t *node;
  size_t size;
} CodeMap;

typedef struct Graph {
  Env *env;
  Events *ev;
  const NodeColumn *columns;
  size_t column_count;
  CodeMap map[NODE_KIND_COUNT];
  Node *node;
  size_t node_count, node_capacity;
  Edge *edge;
  size_t edge_count, edge_capacity;
  uint32_t *slot;                  /* edge + 1 by hash of its pair, at most half full; 0 = free */
  size_t slot_count;
  Reach *reach;                    /* the accounts of each node */
  bool *guarded;
  uint32_t *parent;                /* union-find; a root is the smallest node of its component */
  uint32_t *fallback;              /* of a root that is a contact: the guarded identifier it is named by */
  uint32_t *scoped[2];             /* per row: number of contact_id, parent_contact_id within its log; NULL = one log */
  Buf scratch;
} Graph;

static void graph_free(Graph *g) {
  for(int i = 0; i < NODE_KIND_COUNT; i++) env_release(g->env, g->map[i].node);
  env_release(g->env, g->node);
  env_release(g->env, g->edge);
  env_release(g->env, g->slot);
  env_release(g->env, g->reach);
  env_release(g->env, g->guarded);
  env_release(g->env, g->parent);
  env_release(g->env, g->fallback);
  for(size_t i = 0; i < COUNT_OF(g->scoped); i++) env_release(g->env, g->scoped[i]);
  buf_free(&g->scratch);
}

/* ---- contacts of several logs ------------------------------------------------------------------------------ */

static bool has_several_logs(const Events *ev) {
  for(size_t row = 1; row < ev->count; row++)
    if( events_code(ev, EV_LOG_SOURCE, row) != events_code(ev, EV_LOG_SOURCE, row - 1) ) return true;
  return false;
}

/* Call 17 and chat 17 are not one contact: where rows come from several logs, a contact_id is a name within its log, and a number stands for the
** two of them. */
static bool scope_contacts(Graph *g) {
  static const EventColumn columns[] = {EV_CONTACT_ID, EV_PARENT_CONTACT_ID};
  uint32_t empty = intern_find(&g->ev->intern, SLICE(""));
  Pairs pairs;
  if( !has_several_logs(g->ev) ) return true;
  pairs_init(&pairs, g->env);
  for(size_t i = 0; i < COUNT_OF(columns); i++) {
    g->scoped[i] = env_alloc(g->env, g->ev->count * sizeof *g->scoped[i]);
    for(size_t row = 0; g->scoped[i] && row < g->ev->count && env_tick(g->env); row++) {
      uint32_t code = events_code(g->ev, columns[i], row);
      if( code && code != empty ) g->scoped[i][row] = pairs_put(&pairs, code, events_code(g->ev, EV_LOG_SOURCE, row)) + 1;
    }
  }
  pairs_free(&pairs);
  return !env_failed(g->env);
}

static uint32_t row_code(const Graph *g, EventColumn column, size_t row) {
  if( column == EV_CONTACT_ID && g->scoped[0] ) return g->scoped[0][row];
  if( column == EV_PARENT_CONTACT_ID && g->scoped[1] ) return g->scoped[1][row];
  return events_code(g->ev, column, row);
}

/* ---- nodes ------------------------------------------------------------------------------------------------ */

/* The place for `code` in the map; NULL on error. */
static uint32_t *map_at(Graph *g, NodeKind kind, uint32_t code) {
  CodeMap *map = &g->map[kind];
  if( code >= map->size ) {
    size_t size = map->size ? map->size * 2 : 256;
    if( size <= code ) size = (size_t)code + 1;
    uint32_t *node = env_resize(g->env, map->node, size * sizeof *node);
    if( !node ) return NULL;
    memset(node + map->size, 0, (size - map->size) * sizeof *node);
    map->node = node;
    map->size = size;
  }
  return &map->node[code];
}

/* Code of the normalised text; 0 = nothing is left of it, or an error. */
static uint32_t normalised_code(Graph *g, const NodeColumn *column, uint32_t raw) {
  if( column->kind == NODE_CONTACT && g->scoped[0] ) return raw;
  Slice text = intern_text(&g->ev->intern, raw);
  if( column->column < EV_ACCOUNT || column->column > EV_DEVICE ) return text.size ? raw : 0;
  if( !identity_normalise(column->column, text, &g->scratch) || g->scratch.size == 0 ) return 0;
  return intern_put(&g->ev->intern, buf_slice(&g->scratch));
}

static bool node_add(Graph *g, const NodeColumn *column, uint32_t raw) {
  uint32_t *at = map_at(g, column->kind, raw);
  if( !at || *at ) return at != NULL;
  uint32_t code = normalised_code(g, column, raw);
  if( code == 0 ) return !env_failed(g->env);
  uint32_t *normal = map_at(g, column->kind, code);
  if( !normal ) return false;
  if( *normal == 0 ) {
    Node *grown = env_grow(g->env, g->node, g->node_count, &g->node_capacity, sizeof *grown);
    if( !grown ) return false;
    g->node = grown;
    g->node[g->node_count++] = (Node){code, column->kind};
    *normal = (uint32_t)g->node_count;
  }
  g->map[column->kind].node[raw] = *normal;
  return true;
}

static bool nodes_collect(Graph *g) {
  for(size_t row = 0; row < g->ev->count && env_tick(g->env); row++) {
    for(size_t i = 0; i < g->column_count; i++) {
      uint32_t code = row_code(g, g->columns[i].column, row);
      if( code && !node_add(g, &g->columns[i], code) ) return false;
    }
  }
  return !env_failed(g->env);
}

/* The nodes of a row, each once, strongest first. */
static size_t row_nodes(const Graph *g, size_t row, uint32_t out[ROW_NODES_MAX]) {
  size_t count = 0;
  for(size_t i = 0; i < g->column_count; i++) {
    const CodeMap *map = &g->map[g->columns[i].kind];
    uint32_t code = row_code(g, g->columns[i].column, row);
    uint32_t node = code && code < map->size ? map->node[code] : 0;
    if( node && (count == 0 || out[count - 1] != node - 1) ) out[count++] = node - 1;
  }
  return count;
}

/* ---- numbering --------------------------------------------------------------------------------------------- */

/* The nodes of one kind take the next numbers, in the order of their texts; contacts, which name nobody, in any. */
static bool kind_number(Graph *g, NodeKind kind, uint32_t *codes, Node *node, uint32_t *next) {
  CodeMap *map = &g->map[kind];
  size_t count = 0;
  uint32_t first = *next;
  for(size_t i = 0; i < g->node_count; i++)
    if( g->node[i].kind == kind ) codes[count++] = g->node[i].code;
  if( kind != NODE_CONTACT && !intern_sort(&g->ev->intern, g->env, codes, count) ) return false;
  for(size_t i = 0; i < count; i++) node[(*next)++] = (Node){codes[i], kind};
  uint32_t *number = env_resize(g->env, NULL, g->node_count * sizeof *number);       /* by the node's number so far */
  for(size_t i = 0; number && i < count; i++) number[map->node[codes[i]] - 1] = first + (uint32_t)i;
  for(size_t code = 0; number && code < map->size; code++)
    if( map->node[code] ) map->node[code] = number[map->node[code] - 1] + 1;
  env_release(g->env, number);
  return number != NULL;
}

/* Renumbers the nodes in their order. */
static bool nodes_number(Graph *g) {
  uint32_t *codes = env_resize(g->env, NULL, (g->node_count + 1) * sizeof *codes), next = 0;
  Node *node = env_alloc(g->env, (g->node_count + 1) * sizeof *node);
  bool ok = codes && node;
  for(int kind = 0; ok && kind < NODE_KIND_COUNT; kind++) ok = kind_number(g, (NodeKind)kind, codes, node, &next);
  env_release(g->env, codes);
  env_release(g->env, ok ? g->node : node);
  if( ok ) g->node = node;
  return ok;
}

/* ---- edges ------------------------------------------------------------------------------------------------ */

static size_t edge_slot(const Graph *g, uint32_t a, uint32_t b) {
  uint64_t hash = ((uint64_t)a << 32 | b) * UINT64_C(0x9E3779B97F4A7C15);
  size_t at = (size_t)(hash >> 32) & (g->slot_count - 1);
  for(; g->slot[at]; at = (at + 1) & (g->slot_count - 1)) {
    const Edge *edge = &g->edge[g->slot[at] - 1];
    if( edge->a == a && edge->b == b ) break;
  }
  return at;
}

static bool edges_rehash(Graph *g) {
  size_t wanted = g->slot_count ? g->slot_count * 2 : EDGE_SLOTS_FIRST;
  uint32_t *slot = env_alloc(g->env, wanted * sizeof *slot);
  if( !slot ) return false;
  env_release(g->env, g->slot);
  g->slot = slot;
  g->slot_count = wanted;
  for(size_t i = 0; i < g->edge_count; i++) slot[edge_slot(g, g->edge[i].a, g->edge[i].b)] = (uint32_t)i + 1;
  return true;
}

static bool edge_add(Graph *g, uint32_t a, uint32_t b) {
  if( a == b ) return true;
  if( a > b ) {
    uint32_t swap = a;
    a = b;
    b = swap;
  }
  if( (g->edge_count + 1) * 2 > g->slot_count && !edges_rehash(g) ) return false;
  size_t at = edge_slot(g, a, b);
  if( g->slot[at] ) return true;
  if( g->edge_count == UINT32_MAX - 1 ) return env_fail(g->env, ERR_LIMIT, "more than 4,294,967,294 identity edges");
  Edge *grown = env_grow(g->env, g->edge, g->edge_count, &g->edge_capacity, sizeof *grown);
  if( !grown ) return false;
  g->edge = grown;
  g->edge[g->edge_count++] = (Edge){a, b};
  g->slot[at] = (uint32_t)g->edge_count;
  return true;
}

static bool edges_collect(Graph *g) {
  uint32_t nodes[ROW_NODES_MAX];
  for(size_t row = 0; row < g->ev->count && env_tick(g->env); row++) {
    size_t count = row_nodes(g, row, nodes);
    for(size_t i = 0; i < count; i++)
      for(size_t j = i + 1; j < count; j++)
        if( !edge_add(g, nodes[i], nodes[j]) ) return false;
  }
  return !env_failed(g->env);
}

/* ---- the guard -------------------------------------------------------------------------------------------- */

static void reach_add(Reach *reach, uint32_t node) {
  if( reach->count == REACH_MAX ) return;
  for(uint32_t i = 0; i < reach->count; i++)
    if( reach->node[i] == node ) return;
  reach->node[reach->count++] = node;
}

static void reach_add_all(Reach *reach, const Reach *other) {
  for(uint32_t i = 0; i < other->count; i++) reach_add(reach, other->node[i]);
}

static bool is_contact_node(const Graph *g, uint32_t node) { return g->node[node].kind == NODE_CONTACT; }
static bool is_identifier(const Graph *g, uint32_t node) {
  return g->node[node].kind != NODE_CONTACT && g->node[node].kind != NODE_ACCOUNT;
}
static bool is_open_edge(const Graph *g, const Edge *edge) { return !g->guarded[edge->a] && !g->guarded[edge->b]; }

static void guard_judge(Graph *g) {
  for(size_t i = 0; i < g->node_count; i++)
    if( g->reach[i].count > IDENTITY_GUARD_MAX ) g->guarded[i] = true;
}

static void guard_by_rows(Graph *g) {
  for(size_t i = 0; i < g->edge_count; i++) {
    const Edge *edge = &g->edge[i];
    if( g->node[edge->a].kind == NODE_ACCOUNT ) reach_add(&g->reach[edge->b], edge->a);
  }
  guard_judge(g);
}

static void guard_by_contacts(Graph *g) {
  for(size_t i = 0; i < g->edge_count; i++) {
    const Edge *edge = &g->edge[i];
    if( is_identifier(g, edge->a) && is_contact_node(g, edge->b) && is_open_edge(g, edge) )
      reach_add_all(&g->reach[edge->a], &g->reach[edge->b]);
  }
  guard_judge(g);
}

/* A contact's identifiers of one kind; then, for each of these, those of all its contacts: itself and whom it meets. */
static void peers_collect(const Graph *g, NodeKind kind, Reach *peers) {
  for(int pass = 0; pass < 2; pass++) {
    for(size_t i = 0; i < g->edge_count; i++) {
      const Edge *edge = &g->edge[i];
      if( g->node[edge->a].kind != kind || !is_contact_node(g, edge->b) || !is_open_edge(g, edge) ) continue;
      if( pass == 0 ) reach_add(&peers[edge->b], edge->a);
      else reach_add_all(&peers[edge->a], &peers[edge->b]);
    }
  }
}

static bool guard_by_peers(Graph *g) {
  static const NodeKind kinds[] = {NODE_PHONE, NODE_EMAIL, NODE_DEVICE};
  Reach *peers = env_alloc(g->env, (g->node_count + 1) * sizeof *peers);
  for(size_t k = 0; peers && k < COUNT_OF(kinds) && env_tick(g->env); k++) {
    if( g->map[kinds[k]].size == 0 ) continue;
    peers_collect(g, kinds[k], peers);
    for(size_t i = 0; i < g->node_count; i++) {
      if( g->node[i].kind == kinds[k] && peers[i].count > IDENTITY_GUARD_MAX + 1 ) g->guarded[i] = true;
      peers[i].count = 0;
    }
  }
  env_release(g->env, peers);
  return !env_failed(g->env);
}

static bool guard_by_identifiers(Graph *g) {
  Reach *wider = env_alloc(g->env, (g->node_count + 1) * sizeof *wider);
  if( !wider ) return false;
  memcpy(wider, g->reach, g->node_count * sizeof *wider);
  for(size_t i = 0; i < g->edge_count; i++) {
    const Edge *edge = &g->edge[i];
    if( !is_identifier(g, edge->a) || !is_open_edge(g, edge) ) continue;
    reach_add_all(&wider[edge->b], &g->reach[edge->a]);
    if( is_identifier(g, edge->b) ) reach_add_all(&wider[edge->a], &g->reach[edge->b]);
  }
  env_release(g->env, g->reach);
  g->reach = wider;
  guard_judge(g);
  return true;
}

static bool graph_build(Graph *g) {
  if( !nodes_collect(g) || !nodes_number(g) || !edges_collect(g) ) return false;
  g->reach = env_alloc(g->env, (g->node_count + 1) * sizeof *g->reach);
  g->guarded = env_alloc(g->env, g->node_count + 1);
  if( !g->reach || !g->guarded ) return false;
  guard_by_rows(g);
  return true;
}

/* ---- components ------------------------------------------------------------------------------------------- */

static uint32_t find_root(Graph *g, uint32_t node) {
  while( g->parent[node] != node ) node = g->parent[node] = g->parent[g->parent[node]];
  return node;
}

static void join(Graph *g, uint32_t a, uint32_t b) {
  a = find_root(g, a);
  b = find_root(g, b);
  if( a < b ) g->parent[b] = a; else g->parent[a] = b;
}

/* Whatever the order: a root is the smallest node of what is joined. */
static bool components_join(Graph *g) {
  for(size_t i = 0; i < g->edge_count && env_tick(g->env); i++)
    if( is_open_edge(g, &g->edge[i]) ) join(g, g->edge[i].a, g->edge[i].b);
  return !env_failed(g->env);
}

/* Contacts that only a guarded identifier speaks for are its own: the smallest one's. */
static void components_fall_back(Graph *g) {
  for(size_t i = 0; i < g->edge_count; i++) {
    const Edge *edge = &g->edge[i];
    if( !is_identifier(g, edge->a) || !g->guarded[edge->a] || !is_contact_node(g, edge->b) ) continue;
    uint32_t *owner = &g->fallback[find_root(g, edge->b)];
    if( edge->a < *owner ) *owner = edge->a;
  }
}

static bool components_build(Graph *g) {
  g->parent = env_alloc(g->env, (g->node_count + 1) * sizeof *g->parent);
  g->fallback = env_alloc(g->env, (g->node_count + 1) * sizeof *g->fallback);
  if( !g->parent || !g->fallback ) return false;
  for(size_t i = 0; i < g->node_count; i++) {
    g->parent[i] = (uint32_t)i;
    g->fallback[i] = NO_NODE;
  }
  if( !components_join(g) ) return false;
  components_fall_back(g);
  return true;
}

/* ---- rows ------------------------------------------------------------------------------------------------- */

/* The node that names the row's customer; see the head of this file. */
static uint32_t row_owner(Graph *g, size_t row) {
  uint32_t nodes[ROW_NODES_MAX], alone = NO_NODE, fallback = NO_NODE;
  size_t count = row_nodes(g, row, nodes);
  for(size_t i = 0; i < count; i++) {
    bool guarded = g->guarded[nodes[i]], contact = is_contact_node(g, nodes[i]);
    uint32_t root = find_root(g, nodes[i]);
    if( !guarded && !is_contact_node(g, root) ) return root;
    if( guarded && !contact && alone == NO_NODE ) alone = root;
    if( !guarded && contact && fallback == NO_NODE ) fallback = g->fallback[root];
  }
  return alone != NO_NODE ? alone : fallback;
}

/* Where customers are given: the smallest one on the rows of the row's contact, else of its parent. */
static uint32_t row_given_owner(Graph *g, size_t row) {
  uint32_t nodes[ROW_NODES_MAX];
  size_t count = row_nodes(g, row, nodes);
  for(size_t i = 0; i < count; i++) {
    const Reach *reach = &g->reach[nodes[i]];
    uint32_t smallest = NO_NODE;
    if( !is_contact_node(g, nodes[i]) ) return nodes[i];
    for(uint32_t k = 0; k < reach->count && !g->guarded[nodes[i]]; k++)
      if( reach->node[k] < smallest ) smallest = reach->node[k];
    if( smallest != NO_NODE ) return smallest;
  }
  return NO_NODE;
}

/* Numbers the owners of this name, which are of several kinds, in node order. */
static void number_name(const Graph *g, uint32_t code, int64_t *id, int64_t *next) {
  for(int kind = 0; kind < NODE_CONTACT; kind++) {
    const CodeMap *map = &g->map[kind];
    uint32_t node = code < map->size && map->node[code] ? map->node[code] - 1 : NO_NODE;
    if( node != NO_NODE && g->node[node].code == code && id[node] ) id[node] = (*next)++;
  }
}

/* id[owner] = 1… in the order of names, for each owner that a row has. */
static bool number_customers(Graph *g, const uint32_t *owner, int64_t *id, uint64_t *customers) {
  uint32_t *codes = env_alloc(g->env, (g->node_count + 1) * sizeof *codes);
  bool *seen = env_alloc(g->env, (size_t)g->ev->intern.count + 1);
  size_t count = 0;
  int64_t next = 1;
  for(size_t row = 0; codes && seen && row < g->ev->count; row++) {
    if( owner[row] == NO_NODE || id[owner[row]] ) continue;
    uint32_t code = g->node[owner[row]].code;
    id[owner[row]] = 1;
    if( !seen[code] ) codes[count++] = code;
    seen[code] = true;
  }
  bool ok = codes && seen && intern_sort(&g->ev->intern, g->env, codes, count);
  for(size_t i = 0; ok && i < count; i++) number_name(g, codes[i], id, &next);
  *customers = (uint64_t)next - 1;
  env_release(g->env, codes);
  env_release(g->env, seen);
  return ok;
}

/* A row that names nobody in its own log, such as a quality check that refers to a call of the call log, takes the
** customer of its contact_id in the other logs, where they agree on one. */
static bool rows_refer(Graph *g, uint32_t *owner) {
  const uint32_t several = NO_NODE - 1;
  if( !g->scoped[0] ) return true;
  uint32_t *of_contact = env_resize(g->env, NULL, g->ev->intern.count * sizeof *of_contact);
  for(size_t i = 0; of_contact && i < g->ev->intern.count; i++) of_contact[i] = NO_NODE;
  for(size_t row = 0; of_contact && row < g->ev->count; row++) {
    uint32_t contact = events_code(g->ev, EV_CONTACT_ID, row);
    if( !contact || owner[row] == NO_NODE ) continue;
    of_contact[contact] = of_contact[contact] == NO_NODE || of_contact[contact] == owner[row] ? owner[row] : several;
  }
  for(size_t row = 0; of_contact && row < g->ev->count; row++) {
    uint32_t contact = events_code(g->ev, EV_CONTACT_ID, row);
    if( owner[row] == NO_NODE && contact && of_contact[contact] < several ) owner[row] = of_contact[contact];
  }
  env_release(g->env, of_contact);
  return !env_failed(g->env);
}

static bool rows_name(Graph *g, uint32_t (*owner_of)(Graph *, size_t), uint64_t *customers) {
  uint32_t *code = g->ev->column[EV_CUSTOMER].as.code;
  int64_t *customer_id = g->ev->column[EV_CUSTOMER_ID].as.integer;
  uint32_t *owner = env_alloc(g->env, g->ev->count * sizeof *owner);
  int64_t *id = env_alloc(g->env, (g->node_count + 1) * sizeof *id);
  bool ok = owner && id;
  for(size_t row = 0; ok && row < g->ev->count; row++) owner[row] = owner_of(g, row);
  ok = ok && rows_refer(g, owner) && number_customers(g, owner, id, customers);
  for(size_t row = 0; ok && row < g->ev->count; row++) {
    code[row] = owner[row] == NO_NODE ? 0 : g->node[owner[row]].code;
    customer_id[row] = owner[row] == NO_NODE ? INT_NULL : id[owner[row]];
  }
  env_release(g->env, owner);
  env_release(g->env, id);
  return ok;
}

static bool graph_stitch(Graph *g, uint64_t *customers) {
  if( !graph_build(g) ) return false;
  guard_by_contacts(g);
  return guard_by_peers(g) && guard_by_identifiers(g) && components_build(g) && rows_name(g, row_owner, customers);
}

static bool graph_fill(Graph *g, uint64_t *customers) {
  return graph_build(g) && rows_name(g, row_given_owner, customers);
}

bool identity_resolve(Events *ev, bool customer_given, IdentityCounts *counts) {
  Graph g = {.env = ev->env, .ev = ev};
  uint64_t customers = 0;
  bool all = false;
  buf_init(&g.scratch, ev->env);
  if( !events_want(ev, EV_CUSTOMER) || !events_want(ev, EV_CUSTOMER_ID) ) return false;
  if( customer_given && !counts && (!identity_number(ev, &all) || all) ) return all;
  g.columns = customer_given ? given_columns : stitched_columns;
  g.column_count = customer_given ? COUNT_OF(given_columns) : COUNT_OF(stitched_columns);
  bool ok = scope_contacts(&g) && (customer_given ? graph_fill(&g, &customers) : graph_stitch(&g, &customers));
  if( ok && counts ) {
    *counts = (IdentityCounts){.nodes = g.node_count, .edges = g.edge_count, .customers = customers};
    for(size_t i = 0; i < g.node_count; i++) counts->guarded += g.guarded[i];
  }
  graph_free(&g);
  return ok;
}
