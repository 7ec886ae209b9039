/* SPDX-License-Identifier: MIT
** sniff_roles: a table of name patterns in several languages. Every pattern that fits a column's normalised name
** and type is a candidate; the best candidates win, one column per role and one role per column. It must not know
** how a file is read. */
#include "sniff_roles.h"

#include "sniff_name.h"

typedef enum RoleCheck {
  CHECK_TEXT,        /* not a time, more than two different texts or any number of them that are no yes/no */
  CHECK_ID,          /* not a time, not a real number with a fraction */
  CHECK_REPEATED,    /* CHECK_ID, and some value comes twice; the file has a time */
  CHECK_TIME,
  CHECK_NUMBER,      /* and the file has a time */
  CHECK_SECONDS,     /* CHECK_NUMBER, or the first value is a clock such as 0:01:46 */
  CHECK_FACT,        /* CHECK_TEXT, and the file has a time */
  CHECK_PHONE,       /* the first value looks like a number to dial */
  CHECK_EMAIL        /* the first value has an @ */
} RoleCheck;

typedef struct RolePattern {
  int role;
  int rank;          /* 100 = certain … 1 = for want of better */
  RoleCheck check;
  const char *names; /* globs over the normalised name, separated by blanks */
} RolePattern;

static const RolePattern patterns[] = {
  {EV_EVENT_TS, 100, CHECK_TIME,
   "event_ts event_time event_timestamp timestamp time_timestamp ts datetime date_time event_date"},
  {EV_EVENT_TS, 90, CHECK_TIME,
   "contact_date contact_time contact_ts call_date calldate call_time call_start* sys_updated_at time_stamp "
   "*_timestamp"},
  {EV_EVENT_TS, 85, CHECK_TIME,
   "start started started_at start_time start_date startdate start_ts start_stamp begin* data_de_inicio "
   "data_inicio fecha_inicio fecha_de_inicio startzeit beginn date_debut date_de_debut starttijd begintijd "
   "aanvang*"},
  {EV_EVENT_TS, 80, CHECK_TIME,
   "opened_at open_date date time datum data fecha zeitpunkt zeitstempel tijdstip data_hora fecha_hora "
   "date_heure initiation*"},
  {EV_EVENT_TS, 75, CHECK_TIME,
   "created created_at created_time created_date create_date creation_date *_created date_created sent_at "
   "received_at"},
  {EV_EVENT_TS, 60, CHECK_TIME,
   "*_start *_start_* recorded_date submitted_at completed_at answered_at updated_at updated *_updated_at "
   "last_updated* modified*"},
  {EV_EVENT_TS, 40, CHECK_TIME, "*_ts *_at *_time *_date *_datum date_* datum_* data_*"},
  {EV_EVENT_TS, 10, CHECK_TIME, "*"},
  {EV_DUE_TS, 90, CHECK_TIME, "due_ts due_date due_at due deadline sla_due* promised_at faellig* vervaldatum"},

  {EV_EVENT, 100, CHECK_TEXT,
   "event event_name event_type eventname eventtype concept_name activity activity_name action aktivitaet "
   "activiteit atividade"},
  {EV_EVENT, 85, CHECK_TEXT, "incident_state ticket_state case_state call_event verb step"},
  {EV_EVENT, 45, CHECK_TEXT, "tipo call_type tipo_de_evento tipo_evento ereignis gebeurtenis evento evenement"},

  {EV_CASE_ID, 100, CHECK_ID,
   "case_id case_concept_name caseid case_no case_number ticket_id ticketid ticket_no ticket_number incident_id "
   "incident_number"},
  {EV_CASE_ID, 80, CHECK_ID,
   "case ticket incident complaint_id complaint_number request_id request_number sr_number zaaknummer zaak_id "
   "vorgangsnummer fallnummer caso numero_caso dossier_id"},
  {EV_CASE_ID, 70, CHECK_ID, "*_dossier_id *_case_id *_ticket_id"},
  {EV_CASE_ID, 40, CHECK_REPEATED, "number"},

  {EV_CONTACT_ID, 100, CHECK_ID,
   "contact_id contactid call_id callid uniqueid unique_id conversation_id conversationid interaction_id "
   "session_id sessionid chat_id"},
  {EV_CONTACT_ID, 90, CHECK_ID,
   "identificador_global_da_chamada call_uuid uuid ucid linkedid linked_id thread_id visit_id gespraechs_id "
   "gesprek_id id_llamada id_chamada"},
  {EV_CONTACT_ID, 60, CHECK_ID, "identificacao_chamada response_id message_id tweet_id"},
  {EV_PARENT_CONTACT_ID, 90, CHECK_ID,
   "parent_contact_id parent_call_id parent_id parent_call_sid previous_contact_id initial_contact_id"},

  {EV_ACCOUNT, 100, CHECK_ID,
   "account account_id account_no account_number accountid customer_id customerid customer_no customer_number "
   "customer_ref cust_id"},
  {EV_ACCOUNT, 95, CHECK_ID,
   "klantnummer klant_id klantnr kundennummer kunden_id kundennr id_cliente numero_cliente codigo_cliente "
   "cliente_id numero_client id_client"},
  {EV_ACCOUNT, 80, CHECK_ID,
   "client_id client_no member_id membership_number subscriber_id patient_id policy_holder contract_no "
   "contract_id customer klant kunde cliente"},
  {EV_ACCOUNT, 60, CHECK_ID,
   "user_id userid user_name username screen_name requester_id requester caller_id external_reference"},
  {EV_ACCOUNT, 40, CHECK_ID, "author_id author client user"},
  {EV_ACCOUNT, 10, CHECK_REPEATED, "id"},

  {EV_PHONE, 100, CHECK_PHONE,
   "phone phone_number phone_no telephone telephone_number mobile mobile_number msisdn ani caller_number "
   "calling_number customer_phone"},
  {EV_PHONE, 95, CHECK_PHONE,
   "telefon telefonnummer rufnummer telefoon telefoonnummer telefone telefono numero_telefono numero_de_telefone "
   "tel"},
  {EV_PHONE, 90, CHECK_PHONE,
   "caller_id callerid caller caller_phone from_number src origem anrufer beller llamante appelant origen"},
  {EV_PHONE, 40, CHECK_PHONE, "from source telefone_de_origem"},

  {EV_EMAIL, 100, CHECK_EMAIL,
   "email e_mail email_address emailaddress customer_email mail mail_address recipient_email emailadres correo "
   "correo_electronico sender_email"},
  {EV_EMAIL, 60, CHECK_EMAIL, "*_email email_* from sender requester"},

  {EV_DEVICE, 90, CHECK_ID, "device_id device cookie cookie_id visitor_id anonymous_id fingerprint imei"},
  {EV_DEVICE, 40, CHECK_ID, "ip ip_address ipaddress client_ip remote_addr"},

  {EV_AGENT, 100, CHECK_ID,
   "agent agent_id agent_name agentid assigned_to assignee assignee_id org_resource handled_by answered_by"},
  {EV_AGENT, 80, CHECK_ID,
   "operator operator_id employee employee_id rep representative medewerker bearbeiter mitarbeiter agente "
   "operador conseiller"},
  {EV_AGENT, 60, CHECK_ID, "resource utilizador user_extension owner"},

  {EV_QUEUE, 100, CHECK_ID,
   "queue queue_name queue_id queuename assignment_group org_group skill_group hunt_group warteschlange wachtrij "
   "fila cola file_d_attente"},
  {EV_QUEUE, 60, CHECK_ID, "team skill department abteilung afdeling departamento assigned_group support_group"},

  {EV_TOPIC, 100, CHECK_TEXT, "topic *_topic_en contact_reason call_reason reason_for_contact"},
  {EV_TOPIC, 90, CHECK_TEXT,
   "*_topic topic_* reason issue issue_type onderwerp thema tema assunto motivo motif grund anliegen"},
  {EV_TOPIC, 70, CHECK_TEXT,
   "category *_theme_en theme intent negativereason complaint_category ticket_category kategorie categorie "
   "categoria"},
  {EV_TOPIC, 40, CHECK_TEXT, "*_reason *_category *_theme subject betreff onderwerp_*"},

  {EV_CHANNEL, 100, CHECK_TEXT, "channel contact_channel channel_name kanal kanaal canal media_type mediatype"},
  {EV_CHANNEL, 70, CHECK_TEXT, "contact_type medium contact_method servico initiation_method source_channel"},
  {EV_DIRECTION, 100, CHECK_FACT, "direction call_direction richtung richting direccion direcao sens"},
  {EV_OUTCOME, 100, CHECK_FACT,
   "outcome disposition result call_result call_outcome resultado ergebnis uitkomst resultat"},
  {EV_OUTCOME, 70, CHECK_FACT,
   "call_status hangup_cause disconnect_reason atendida resolution closed_code resolution_code close_code"},
  {EV_OUTCOME, 40, CHECK_FACT, "status statut estado"},
  {EV_DETAIL, 40, CHECK_FACT, "detail details causa_de_nao_atendimento lifecycle_transition"},

  {EV_WAIT_S, 100, CHECK_SECONDS,
   "wait_s wait wait_time wait_seconds waiting_time queue_time queue_seconds time_in_queue wartezeit wachttijd "
   "tempo_de_espera tempo_da_fila_de_espera tiempo_de_espera temps_d_attente"},
  {EV_TALK_S, 100, CHECK_SECONDS,
   "talk_s talk_time talk_seconds billsec conversation_time gespraechsdauer gespreksduur"},
  {EV_HOLD_S, 100, CHECK_SECONDS, "hold_s hold_time hold_seconds"},
  {EV_WRAP_S, 100, CHECK_SECONDS, "wrap_s wrap_time wrap_up_time acw acw_time after_call_work nachbearbeitung"},
  {EV_DURATION_S, 100, CHECK_SECONDS,
   "duration_s duration duration_seconds duration_in_seconds call_duration handle_time dauer duur duracao "
   "duracion duree"},

  {EV_TEXT, 100, CHECK_TEXT,
   "text message message_text body comment comments utterance feedback verbatim review tweet content"},
  {EV_TEXT, 70, CHECK_TEXT,
   "description short_description nachricht bericht mensagem mensaje opmerking kommentar commentaire comentario "
   "notes"},
  {EV_SCORE, 100, CHECK_NUMBER, "score nps nps_score csat csat_score ces rating satisfaction satisfaction_score"},
  {EV_AMOUNT, 100, CHECK_NUMBER,
   "amount total_amount order_amount order_value price revenue betrag bedrag valor importe montant dollar_value"},
  {EV_AMOUNT, 60, CHECK_NUMBER, "*_amount *_amount_* amount_*"},
  {EV_CURRENCY, 100, CHECK_FACT, "currency currency_code waehrung valuta moeda moneda"},
  {EV_PRODUCT, 100, CHECK_FACT, "product product_name product_id produkt produto producto produit sku"},
  {EV_ORDER_ID, 100, CHECK_ID,
   "order_id order_no order_number orderid bestelnummer bestellnummer pedido numero_pedido"},
  {EV_CAMPAIGN, 100, CHECK_FACT,
   "campaign campaign_id campaign_name utm_campaign kampagne campagne campanha campana"},
  {EV_LANGUAGE, 100, CHECK_FACT, "language user_language lang sprache taal idioma langue"},
  {EV_PLACE, 90, CHECK_FACT, "page page_url url ivr_node menu_path form store_id shop"},
  {EV_SEGMENT, 90, CHECK_FACT, "segment customer_segment tier kundensegment klantsegment"},
};

/* ---- checks -------------------------------------------------------------------------------------------- */

static bool is_time_column(const SniffColumn *c) { return c->ts_format.size > 0 && c->values > 0; }

static bool is_yes_no(const SniffColumn *c) {
  static const char *const words[] = {"true", "false", "yes", "no", "y", "n", "t", "f"};
  for(size_t i = 0; c->distinct <= 2 && i < COUNT_OF(words); i++) {
    if( slice_equal_nocase(slice_trim(c->example), slice_of(words[i])) ) return true;
  }
  return false;
}

static bool is_dialable(Slice s) {
  size_t digits = 0;
  for(size_t i = 0; i < s.size; i++) {
    if( s.data[i] >= '0' && s.data[i] <= '9' ) digits++;
    else if( !strchr("+-() ./*#", s.data[i]) ) return false;
  }
  return digits >= 5;
}

static bool is_clock(Slice s) {
  size_t colons = 0;
  for(size_t i = 0; i < s.size; i++) {
    if( s.data[i] == ':' ) colons++;
    else if( (s.data[i] < '0' || s.data[i] > '9') && s.data[i] != '.' ) return false;
  }
  return colons == 1 || colons == 2;
}

static bool check_passes(RoleCheck check, const SniffColumn *c, bool has_time) {
  bool time = is_time_column(c), number = c->type == LOG_BIGINT || c->type == LOG_DOUBLE;
  if( c->values == 0 ) return false;
  switch( check ) {
    case CHECK_TIME: return time;
    case CHECK_NUMBER: return number && has_time;
    case CHECK_SECONDS: return has_time && !time && (number || is_clock(c->example));
    case CHECK_TEXT: return c->type == LOG_TEXT && !time && !is_yes_no(c);
    case CHECK_FACT: return c->type == LOG_TEXT && !time && has_time && !is_yes_no(c);
    case CHECK_ID: return !time && !is_yes_no(c);
    case CHECK_REPEATED: return !time && has_time && c->distinct < c->values;
    case CHECK_PHONE: return !time && is_dialable(c->example);
    case CHECK_EMAIL: return c->type == LOG_TEXT && c->example.size && memchr(c->example.data, '@', c->example.size);
  }
  return false;
}

/* ---- candidates ---------------------------------------------------------------------------------------- */

static bool names_match(Slice plain, const char *names) {
  Slice rest = slice_of(names);
  char pattern[64];
  while( rest.data ) {
    Slice one = slice_cut(&rest, ' ');
    if( one.size == 0 || one.size >= sizeof pattern ) continue;
    memcpy(pattern, one.data, one.size);
    pattern[one.size] = 0;
    if( name_matches(plain, pattern) ) return true;
  }
  return false;
}

/* Which patterns fit which column: fits[column * PATTERNS + pattern]. */
#define PATTERNS COUNT_OF(patterns)

static bool *patterns_fit(Arena *arena, const Sniff *sniff, bool has_time) {
  bool *fits = arena_alloc(arena, (sniff->column_count * PATTERNS + 1) * sizeof *fits);
  for(size_t i = 0; fits && i < sniff->column_count; i++) {
    Slice plain = name_normalise(arena, sniff->columns[i].name);
    if( !env_tick(arena->env) ) return NULL;
    for(size_t p = 0; p < PATTERNS; p++) {
      bool passes = check_passes(patterns[p].check, &sniff->columns[i], has_time);
      fits[i * PATTERNS + p] = passes && names_match(plain, patterns[p].names);
    }
  }
  return fits;
}

typedef struct Best { size_t column[EV_COUNT]; int rank[EV_COUNT]; } Best;

/* One column's patterns: it competes for a free role unless a better column has it already. */
static void column_candidates(const Sniff *sniff, size_t index, const bool *fits, const bool *taken, Best *best) {
  for(size_t p = 0; p < PATTERNS && sniff->columns[index].role < 0; p++) {
    int role = patterns[p].role;
    if( !fits[p] || taken[role] || patterns[p].rank <= best->rank[role] ) continue;
    best->rank[role] = patterns[p].rank;
    best->column[role] = index;
  }
}

/* Gives the best of all candidates its role; false when none is left. */
static bool assign_best(Sniff *sniff, const Best *best, bool *taken) {
  int role = -1;
  for(int r = 0; r < EV_COUNT; r++) {
    if( best->rank[r] > 0 && (role < 0 || best->rank[r] > best->rank[role]) ) role = r;
  }
  if( role < 0 ) return false;
  sniff->columns[best->column[role]].role = role;
  return taken[role] = true;
}

static void roles_by_name(Sniff *sniff, const bool *fits) {
  bool taken[EV_COUNT] = {false};
  for(bool more = true; more;) {
    Best best = {.rank = {0}};
    for(size_t i = 0; i < sniff->column_count; i++) column_candidates(sniff, i, fits + i * PATTERNS, taken, &best);
    more = assign_best(sniff, &best, taken);
  }
}

/* Without names: the fullest time column, the first of them. */
static void time_by_fill(Sniff *sniff) {
  int found = -1;
  for(size_t i = 0; i < sniff->column_count; i++) {
    const SniffColumn *c = &sniff->columns[i];
    if( is_time_column(c) && (found < 0 || c->nulls < sniff->columns[found].nulls) ) found = (int)i;
  }
  if( found >= 0 ) sniff->columns[found].role = EV_EVENT_TS;
}

bool roles_propose(Env *env, Sniff *sniff) {
  Arena arena;
  arena_init(&arena, env);
  bool has_time = false;
  for(size_t i = 0; i < sniff->column_count; i++) has_time |= is_time_column(&sniff->columns[i]);
  const bool *fits = sniff->dialect.has_header ? patterns_fit(&arena, sniff, has_time) : NULL;
  if( fits ) roles_by_name(sniff, fits);
  else if( !sniff->dialect.has_header ) time_by_fill(sniff);
  for(size_t i = 0; i < sniff->column_count; i++) {
    if( sniff->columns[i].role == EV_EVENT_TS ) sniff->ts_column = (int)i;
  }
  arena_free(&arena);
  return !env_failed(env);
}

/* ---- the channel in a file's name ---------------------------------------------------------------------- */

/* A channel and the words of a file's name that tell it; the first line that fits wins. */
static const struct { const char *channel, *words; } channel_words[] = {
  {"ivr", "ivr"},
  {"chat", "chat chats livechat"},
  {"phone", "phone call calls cdr pbx chamadas telefon llamadas anrufe"},
  {"email", "email emails mail mails"},
  {"web", "web weblog clicks pageviews clickstream"},
  {"survey", "survey surveys nps csat"},
  {"ticket", "ticket tickets incident incidents"},
  {"complaint", "complaint complaints"},
  {"social", "social tweet tweets"},
  {"sms", "sms"},
  {"shop", "shop store orders"},
  {"campaign", "campaign campaigns"},
  {"app", "app"},
};

static bool has_any_word(Slice plain, const char *words) {
  for(Slice rest = plain; rest.data;) {
    Slice word = slice_cut(&rest, '_');
    for(Slice known = slice_of(words); known.data;) {
      if( slice_equal(word, slice_cut(&known, ' ')) ) return true;
    }
  }
  return false;
}

const char *channel_of_path(Arena *arena, Slice path) {
  size_t from = path.size;
  while( from && path.data[from - 1] != '/' ) from--;
  Slice plain = name_normalise(arena, slice_part(path, from, SIZE_MAX));
  for(size_t i = 0; i < COUNT_OF(channel_words); i++) {
    if( has_any_word(plain, channel_words[i].words) ) return channel_words[i].channel;
  }
  return NULL;
}
