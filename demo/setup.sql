CREATE VIRTUAL TABLE calls USING channel_log(path='logs/calls.csv', channel='phone', tz='Europe/Prague',
  event_ts=Time, contact_id=Call, phone=Caller, event=Event, queue=Queue, agent=Agent, topic=Reason,
  resolved=Solved, answer_code=Answer, wait_s=Wait, talk_s=Talk, hold_s=Hold, wrap_s=Wrap,
  event_map='offered=queue_entered; answered=agent_connected; hung up=contact_ended; lost=abandoned;
    outbound=call_made; verified=identified; answer=answer_given; status=status_asked;
    supervisor=supervisor_asked; denied=request_denied');
CREATE VIRTUAL TABLE ivr USING channel_log(path='logs/ivr.csv', channel='ivr', event_ts=time,
  contact_id=session, phone=caller, account=account, event=node, topic=topic,
  event_map='enter=ivr_entered; pin ok=identified; done=self_service_done; left=self_service_left;
    to agent=contact_ended');
CREATE VIRTUAL TABLE chat USING channel_log(path='logs/chat.csv.gz', channel='chat', tz='Europe/Prague',
  event_ts=at, contact_id=chat, email=email, device=cookie, event=action, agent=agent, wait_s=waited,
  topic=topic, resolved=solved, answer_code=answer, text=line,
  event_map='start=contact_started; customer=message_received; joined=agent_connected; agent=message_sent;
    answer=answer_given; end=contact_ended');
CREATE VIRTUAL TABLE mail USING channel_log(path='logs/mail.csv', channel='email', event_ts=date,
  contact_id=thread, email=address, event=kind, topic=topic, wait_s=answered_after,
  event_map='in=email_received; auto=auto_reply; out=email_sent; unsubscribe=opted_out');
CREATE VIRTUAL TABLE web USING channel_log(path='logs/web.tsv', channel='web', event_ts=ts,
  contact_id=visit, device=cookie, account=account, event=action, place=page, topic=topic,
  event_map='view=page_view; login=logged_in; error=error_page; form failed=self_service_failed');
CREATE VIRTUAL TABLE shop USING channel_log(path='logs/shop.csv', channel='shop', event_ts=placed,
  order_id="order", email=email, device=cookie, event=what, product=item, amount=price,
  event_map='order=ordered; delivered=order_delivered');
CREATE VIRTUAL TABLE survey USING channel_log(path='logs/survey.csv', channel='survey', event_ts=submitted,
  email=email, event='survey_answered', score_kind=question, score=score, text=comment);
CREATE VIRTUAL TABLE campaign USING channel_log(path='logs/campaign.csv.gz', channel='campaign',
  ts_format=dmy, event_ts=sent, email=email, event='campaign_sent', purpose='marketing', campaign=campaign);
CREATE VIRTUAL TABLE tickets USING channel_log(path='logs/tickets.csv', channel='ticket', event_ts=time,
  case_id=ticket, account=account, email=email, event=state, topic=topic, detail=reason,
  event_map='opened=ticket_opened; resolved=ticket_resolved; reopened=ticket_reopened; closed=ticket_closed;
    question added=contact_started');
CREATE VIRTUAL TABLE tasks USING channel_log(path='logs/tasks.csv', channel='backoffice', event_ts=epoch,
  contact_id=call, account=account, event=task, topic=topic,
  event_map='fax sent=task_done; fax failed=task_failed; qa passed=quality_passed; qa failed=quality_failed');
CREATE VIRTUAL TABLE crm USING channel_log(path='logs/crm.csv');
CREATE TEMP VIEW cx AS
  SELECT * FROM channel_events('calls, ivr, chat, mail, web, shop, survey, campaign, tickets, tasks');
