#!/usr/bin/perl
# atom.t: the lists as Atom feeds: what changed, in whose scope, under ids that stay, for a feed reader without a warning.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Http qw(form_encode);
use BackupTasks::Records;
use Test::More;

my %scope = (anna => 'pay', bert => 'crm/shop group:archive', nora => '');

sub settings {
    my $map = join ' ', map { qq($_ "$scope{$_}";) } sort keys %scope;
    s/(map \$remote_user \$demo_roles \{)/$1 anna "operator"; bert "feed"; nora "viewer";/;
    s/server \{/map \$remote_user \$test_scope { $map default "*"; }\n    server {/;
    s/backup_tasks_scope +\*;/backup_tasks_scope \$test_scope;/;
    return;
}

my $t = BackupTasks->new(edit => \&settings)->start(qw(db worker));
$t->_write($t->dir . '/htpasswd', join '', map { "$_:"
    . crypt($_, '$1$salt') . "\n" } sort(keys %scope), qw(operator viewer feed
    auditor));
$t->start('nginx');
my $records = BackupTasks::Records->new($t);

# --- what there is ------------------------------------------------------------

my $day = '2026-02-03';
my (%cluster, %tenant, %id);
for my $place (['pay', 'acct', 'core'], ['crm', 'shop', 'archive-not'],
    ['crm', 'back'], ['old', 'sys', 'archive'])
{
    my ($cluster, $tenant, @groups) = @$place;
    $cluster{$cluster} //= $records->add_cluster(name => $cluster,
        groups => \@groups);
    $tenant{"$cluster/$tenant"} = $records->add_tenant(name => $tenant,
        cluster_id => $cluster{$cluster});
}

sub add {
    my ($name, $kind, $place, %o) = @_;
    my ($cluster) = split m{/}, $place;
    $id{$name} = $records->add($kind, cluster_id => $cluster{$cluster},
        tenant_id => $tenant{$place}, start_time => "$day 01:00:00", %o);
    return;
}

my $broken = { code => '-9040', stage => 'BACKUP_DATA',
    text => "no space left\non the device" };
add(full => data => 'pay/acct', mode => 'FULL', method => 'PHYSICAL',
    status => 'IN_PROGRESS', backup_set_id => 77);
add(part => data => 'crm/shop', mode => 'INCREMENTAL', method => 'LOGICAL',
    status => 'COMPLETED', backup_set_id => 78);
add(hidden => data => 'crm/back', mode => 'FULL', method => 'PHYSICAL',
    status => 'COMPLETED');
add(bare => data => 'old/sys', status => 'FAILED', cause => $broken);
add(stream => log => 'pay/acct', status => 'IN_PROGRESS',
    method => 'PHYSICAL');
add(tidy => cleanup => 'pay/acct', status => 'PENDING');
add(copy => second => 'pay/acct', status => 'SCHEDULING', kind => 'DATA',
    task_id => $id{full}, backup_set_id => 77);
add(logs => second => 'crm/shop', status => 'FAILED', kind => 'LOG',
    cause => $broken);
$records->set(log => $id{stream}, status => 'INTERRUPTED');
$records->set(log => $id{stream}, host => 'elsewhere');
$records->set(data => $id{full}, progress_percent => '50');
$records->_insert('causes', %$broken, record_id => $id{full},
    cause_at => "$day 02:00:00");
$records->set(data => $id{full}, status => 'FAILED');
$records->set(cleanup => $id{tidy}, status => 'EXECUTING');
$records->set(second => $id{copy}, status => 'IN_PROGRESS');

# An operator's act, and its command taken back.
my ($csrf, $idle) = do {
    my $form = $t->xml($t->get("/backup/log/$id{stream}/stop.xml",
        user => 'operator'));
    my $page = $t->get("/backup/log/$id{stream}/stop", user => 'operator');
    $page->{body} =~ /name="csrf" value="([^"]+)"/;
    ($1, $form->text('idempotency-key'));
};
$t->post("/backup/log/$id{stream}/stop", { csrf => $csrf,
    'expected-state' => 'INTERRUPTED', 'idempotency-key' => $idle },
    user => 'operator');
my $command = $t->value('SELECT MAX(id) FROM commands');
$t->post("/backup/commands/$command/cancel", { csrf => $csrf,
    'expected-state' => 'REQUESTED', 'idempotency-key' => 'f' x 32 },
    user => 'operator');
is($t->value('SELECT state FROM commands'), 'CANCELED', 'a command');

# --- reading ------------------------------------------------------------------

sub get {
    my ($path, $user) = @_;
    return $t->get("/backup/$path", user => $user // 'operator');
}

sub feed {
    my ($path, $user) = @_;
    my $answer = get($path, $user);
    is($answer->{status}, 200, $path . ($user ? " as $user" : ''))
        or diag $answer->{body};
    return $t->xml($answer);
}

sub titles {
    return join ' | ', map { $_->text('title') } feed(@_)->find('entry');
}

# --- each list ----------------------------------------------------------------

is(titles('data.atom'), 'FAILED: full data backup of pay/acct | FAILED: data'
    . ' backup of old/sys | COMPLETED: full data backup of crm/back |'
    . ' COMPLETED: incremental data backup of crm/shop | IN_PROGRESS: full'
    . ' data backup of pay/acct', 'data: states, no progress');
is(titles('log.atom'), 'INTERRUPTED: log backup of pay/acct | IN_PROGRESS:'
    . ' log backup of pay/acct', 'log');
is(titles('cleanup.atom'), 'EXECUTING: cleanup of pay/acct | PENDING: cleanup'
    . ' of pay/acct', 'cleanup');
is(titles('second.atom'), 'IN_PROGRESS: second backup of data of pay/acct |'
    . ' FAILED: second backup of logs of crm/shop | SCHEDULING: second backup'
    . ' of data of pay/acct', 'second');
is(titles("data/$id{full}/second.atom"), 'IN_PROGRESS: second backup of data'
    . ' of pay/acct | SCHEDULING: second backup of data of pay/acct',
    'second backups of one task');
is(titles("data/$id{part}/second.atom"), '', 'of another, none');
is(titles('commands.atom'), 'CANCELED: stop of log backup of pay/acct by'
    . ' operator | REQUESTED: stop of log backup of pay/acct by operator',
    'commands');
is(titles('audit.atom') =~ s/ by os:.*//r, 'ACCEPTED: cancel of command of'
    . ' pay/acct by operator | ACCEPTED: stop of log backup of pay/acct by'
    . ' operator | DONE: migrate', 'audit');
my @all = feed('clusters.atom')->find('entry');
is(scalar @all, 12, 'clusters: the changes of all records');
is(join(' ', map { $_->text('b:kind') } @all[ 0 .. 3 ]),
    'second cleanup data log', 'in their order');
is(get('commands.atom', 'viewer')->{status}, 403, 'commands: not for all');
is(get('audit.atom', 'feed')->{status}, 403, 'audit: not for all');
is(get('data/999999/second.atom')->{status}, 404, 'of no task');
is(get("data/$id{full}.atom")->{status}, 404, 'records have none');

# --- one entry ----------------------------------------------------------------

my $root = feed('data.atom');
my ($failed) = $root->find('entry');
my ($authority, $store) = @{ ($t->sql("SELECT CONCAT('tag:', authority, ',',"
    . " DATE(minted), ':', store_id, '/'), store_id FROM store_identity"))[0] };
my ($number, $at) = @{ ($t->sql('SELECT MAX(number), DATE_FORMAT(MAX(at),'
    . " '%Y-%m-%dT%H:%i:%s.%fZ') FROM changes WHERE kind = 'data' AND"
    . ' old_status <> new_status'))[0] };
is($root->text('id'), $authority . 'feed/data', 'id of the feed');
is($root->text('updated'), $at, 'as new as its newest entry');
is($failed->text('id'), "${authority}data/$id{full}/$number", 'id');
is($failed->text($_), $at, $_) for qw(updated published);
is($failed->find('category')->attr('term'), 'FAILED', 'category');
is($failed->link('alternate'), "/backup/data/$id{full}", 'its page');
is($failed->link('related'), "/backup/data/$id{full}.xml", 'its document');
is($failed->text('summary'), 'IN_PROGRESS became FAILED. Cause -9040 in'
    . " BACKUP_DATA: no space left\non the device", 'summary');
is_deeply({ map { $_->{name} =~ /^b:(.*)/ ? ($1 => $_->text) : () }
    @{ $failed->{kids} } }, { kind => 'data', id => $id{full},
    'cluster-id' => $cluster{pay}, cluster => 'pay', tenant => 'acct',
    'tenant-id' => $tenant{'pay/acct'}, 'old-status' => 'IN_PROGRESS',
    status => 'FAILED', 'cause-code' => '-9040' }, 'our own elements');
my ($first) = reverse $root->find('entry');
is($first->text('summary'), 'First seen as IN_PROGRESS.',
    'an earlier state has not the cause of the present one');
is($first->find('b:old-status'), undef, 'nothing was before');
my ($asked) = reverse feed('commands.atom')->find('entry');
is($asked->text('author/name'), 'operator', 'who asked for a command');
is($asked->link('alternate'), "/backup/commands/$command", 'its page');
my @events = feed('audit.atom')->find('entry');
is($events[1]->link('alternate'), "/backup/commands/$command",
    'an event leads to its command');
is($events[-1]->link('alternate'), '/backup/audit', 'or to the trail');
is($events[-1]->text('id'), "${authority}audit/1/" . $t->value('SELECT CAST('
    . 'UNIX_TIMESTAMP(at) * 1000000 AS SIGNED) FROM audit_events WHERE id = 1'),
    'and has its own id');

# --- filters ------------------------------------------------------------------

for my $case (
    ['data.atom', 'status=FAILED', 'full bare'],
    ['data.atom', 'status=COMPLETED&status=FAILED', 'full bare hidden part'],
    ['data.atom', 'cluster=PA', 'full full'],
    ['data.atom', 'tenant=a', 'full hidden full'],
    ['data.atom', "cluster-id=$cluster{crm}", 'hidden part'],
    ['data.atom', 'tenant-name=shop', 'part'],
    ['data.atom', 'group=archive', 'bare'],
    ['data.atom', 'mode=FULL', 'full hidden full'],
    ['data.atom', 'mode=FULL&status=FAILED', 'full'],
    ['data.atom', 'method=LOGICAL', 'part'],
    ['data.atom', 'backup-set=77', 'full full'],
    ['data.atom', 'settled=yes', ''],
    ['data.atom', 'settled=no&cluster=old', 'bare'],
    ['data.atom', 'range=1h', 'full bare hidden part full'],
    ['data.atom', 'range=custom&from=2026-01-01&to=2026-01-02', ''],
    ['data.atom', 'size=1', 'full'],
    ['log.atom', 'method=PHYSICAL', 'stream stream'],
    ['log.atom', 'status=INTERRUPTED&status=STOPPED', 'stream'],
    ['cleanup.atom', 'status=PENDING', 'tidy'],
    ['second.atom', 'kind=LOG', 'logs'],
    ['second.atom', 'backup-set=77&kind=DATA', 'copy copy'],
    ["data/$id{full}/second.atom", 'status=IN_PROGRESS', 'copy'],
    ["data/$id{full}/second.atom", 'kind=LOG', ''],
    ["data/$id{full}/second.atom", 'range=1h', 'copy copy'],
    ['clusters.atom', 'group=archive', 'bare'],
    ['clusters.atom', "cluster-id=$cluster{crm}", 'logs hidden part'],
    ['clusters.atom', 'tenant-name=shop', 'logs part'],
    ['commands.atom', 'action=stop&user=operator', "$command $command"],
    ['commands.atom', 'user=nobody', ''],
    ['commands.atom', 'status=REQUESTED', $command],
    ['audit.atom', 'action=stop', 'event'],
    ['audit.atom', 'user=operator&range=1h&cluster=pay', 'event event'],
    ['audit.atom', 'group=archive', ''])
{
    my ($path, $query, $wanted) = @$case;
    my @found = map { $path =~ /^audit/ ? 'event' : $_->text('b:id') }
        feed("$path?$query")->find('entry');
    is("@found", join(' ', map { $id{$_} // $_ } split / /, $wanted),
        "$path?$query");
}

# Canceled and acknowledged ones are settled; the filter is of the record.
$t->sql("UPDATE causes SET code = 'CANCELED' WHERE record_id = $id{bare}");
is(titles('data.atom?settled=yes'), 'FAILED: data backup of old/sys',
    'settled');

my %named = map { $_ => feed("data.atom?$_")->text('id') } 'status=FAILED',
    'status=FAILED&size=3', 'status=FAILED&tz=Asia/Shanghai', 'cluster=%C3%A9';
is($named{'status=FAILED'}, "${authority}feed/data?status=FAILED",
    'other filters, another feed');
is($named{$_}, $named{'status=FAILED'}, "the same feed: $_")
    for 'status=FAILED&size=3', 'status=FAILED&tz=Asia/Shanghai';
is(feed('data.atom?status=FAILED&cluster=%C3%A9')->text('title'),
    'Data backups: status=FAILED, cluster=é', 'its title names them');

# --- scope --------------------------------------------------------------------

my %sees = (anna => { data => 2, log => 2, cleanup => 2, second => 2,
    clusters => 8, commands => 2, audit => 2 }, bert => { data => 2, log => 0,
    cleanup => 0, second => 1, clusters => 3 }, nora => { data => 0, log => 0,
    cleanup => 0, second => 0, clusters => 0 });
my %outside = (anna => qr{crm|>old<|old/sys|shop|\bback\b|archive},
    bert => qr/pay|acct|\bback\b/, nora => qr/pay|crm|acct|shop/);
for my $who (sort keys %sees) {
    for my $list (sort keys %{ $sees{$who} }) {
        my $answer = get("$list.atom", $who);
        my @entries = $t->xml($answer)->find('entry');
        is(scalar @entries, $sees{$who}{$list}, "$list of $who");
        my $body = $answer->{body} =~ s{/backup/}{}gr;
        unlike($body, $outside{$who}, "$list of $who: nothing else");
        next if @entries < 2;
        my $page = $t->xml(get("$list.atom?size=1", $who));
        my $rest = feed($page->link('next') =~ s{^/backup/}{}r . '&size=500'
            =~ s/^&size=500$//r, $who);
        is(scalar(my @one = $rest->find('entry')), 1, 'page by page');
    }
}
is(get("data/$id{full}/second.atom", 'bert')->{status}, 404,
    'of a task that is out of scope');
my $end = feed('second.atom?size=1', 'bert');
is($end->link('next'), undef, 'no page of what is out of scope');

# --- ids stay -----------------------------------------------------------------

sub ids { return map { $_->text('id') } feed($_[0])->find('entry') }

my @lists = qw(data.atom log.atom second.atom clusters.atom commands.atom);
my %before = map { $_ => [ ids($_) ] } @lists;
my $body = get('data.atom')->{body};
is(get('data.atom')->{body}, $body, 'nothing changed: the same bytes');
$t->stop_worker;
$t->start('worker');
is(get('data.atom')->{body}, $body, 'after a restart, too');
$t->sql("UPDATE clusters SET name = 'renamed' WHERE name = 'pay'");
is_deeply({ map { $_ => [ ids($_) ] } @lists }, \%before,
    'a cluster is renamed: the same ids');
like(titles('data.atom'), qr{renamed/acct}, 'under its new name');
$records->remove(data => $id{bare});
$t->sql('INSERT INTO changes (number, kind, record_id, cluster_id, tenant_id,'
    . ' old_status, at) SELECT number, \'data\', ' . "$id{bare}, $cluster{old},"
    . " $tenant{'old/sys'}, 'FAILED', UTC_TIMESTAMP(6) FROM change_counter");
is_deeply({ map { $_ => [ ids($_) ] } @lists }, \%before,
    'retention took a record: the same ids, and no new entry');
my ($gone) = grep { $_->text('b:id') == $id{bare} }
    feed('data.atom')->find('entry');
is($gone->link('alternate'), "/backup/clusters/$cluster{old}",
    'which leads to the cluster');
my ($other) = grep { $_->text('b:id') == $id{logs} }
    feed('second.atom')->find('entry');
like($other->text('summary'), qr/Cause -9040/, 'a cause');
$records->set(second => $id{logs}, status => 'IN_PROGRESS');
$records->set(second => $id{logs}, status => 'FAILED');
my @states = grep { $_->text('b:id') == $id{logs} }
    feed('second.atom')->find('entry');
is(join(' ', map { $_->text('b:cause-code') // '-' } @states), '-9040 - -',
    'a cause stands at the newest change alone');

# --- any text -----------------------------------------------------------------

my $odd = "a<b>&\"'\x01\x{fffe}]]> \x{1f4be}é\tx";
my $shown = "a<b>&\"'\x{fffd}\x{fffd}]]> \x{1f4be}é\tx";
$cluster{odd} = $records->add_cluster(name => $odd);
$tenant{'odd/t'} = $records->add_tenant(name => $odd,
    cluster_id => $cluster{odd});
add(odd => data => 'odd/t', status => 'FAILED', mode => 'FULL', cause =>
    { code => '<x>', stage => '&', text => "\x{1b}[31m $odd" });
my ($entry) = feed("data.atom?cluster-id=$cluster{odd}")->find('entry');
is($entry->text('title'), "FAILED: full data backup of $shown/$shown",
    'a title of any characters');
is($entry->text('b:cluster'), $shown, 'a name');
is($entry->text('summary'), "First seen as FAILED. Cause <x> in &: \x{fffd}[31m"
    . " $shown", 'a cause');
$records->remove(data => $id{odd});
$t->sql("DELETE FROM changes WHERE record_id = $id{odd}");
my $long = 'ß' x 128;
is(feed('data.atom?' . form_encode(cluster => $long, tenant => $long))
    ->text('title'), "Data backups: cluster=$long, tenant=$long", 'a long one');

# --- refused, empty, away -------------------------------------------------------

for my $case (['data', 'size=501'], ['data', 'size=all'], ['data', 'size=0'],
    ['data', 'updated-after=2026-01-01T00:00:00Z'], ['data', 'delta=x'],
    ['data', 'lang=zh'], ['data', 'layout=frame'], ['data', 'range=2d'],
    ['data', 'status=OK'], ['clusters', 'status=OK'], ['log', 'mode=FULL'],
    ['clusters', 'range=7d'], ['data', 'after=x'], ['data', 'nosuch=1'])
{
    my ($list, $query) = @$case;
    my $answer = get("$list.atom?$query");
    is($answer->{status}, 400, "$list.atom?$query");
    is($answer->{headers}{'content-type'}, 'application/xml; charset=utf-8',
        'is an error as XML');
    is($t->xml($answer)->text('parameter'), $query =~ s/=.*//r,
        'and names the parameter');
}
my ($of_list) = $t->xml(get('data.xml?size=1&range=custom&from=2026-01-01'
    . '&to=2026-12-31'))->link('next') =~ /(after=.*)/;
is(get("data.atom?$of_list")->{status}, 400, 'no cursor of the list');
my ($of_feed) = feed('data.atom?size=1')->link('next') =~ /(after=.*)/;
is(get("data.atom?status=FAILED&$of_feed")->{status}, 400,
    'none of another filter');
is(get("log.atom?$of_feed")->{status}, 400, 'none of another feed');

my $empty = feed('data.atom?cluster=nosuch');
is(scalar(my @none = $empty->find('entry')), 0, 'an empty feed');
is($empty->text('updated'), $t->value("SELECT DATE_FORMAT(minted,"
    . " '%Y-%m-%dT%H:%i:%s.%fZ') FROM store_identity"), 'has a time, too');
is($empty->link('next') // $empty->link('previous'), undef, 'and no pages');

# --- HTTP -----------------------------------------------------------------------

my $page = get('data.atom?size=1', 'feed');
is($page->{headers}{'content-type'}, 'application/atom+xml; charset=utf-8',
    'content type');
like($page->{headers}{'content-disposition'},
    qr/^inline; filename="data-[\d-]+\.atom"$/, 'a name');
like($page->{headers}{link}, qr{<(/backup/data\.atom\?size=1&after=[\w-]+)>;
    [ ]rel="next";[ ]type="application/atom\+xml"}x, 'Link: next');
like(get('data.atom?size=1&' . $of_feed)->{headers}{link}, qr/; rel="prev";/,
    'Link: prev');
is($t->head('/backup/data.atom', user => 'feed')->{status}, 200, 'HEAD');
my $tag = get('data.atom')->{headers}{etag};
my $same = $t->get('/backup/data.atom', user => 'operator',
    headers => { 'If-None-Match' => $tag });
is("$same->{status} $same->{body}", '304 ', 'nothing new: no body');
$records->set(data => $id{part}, status => 'UNKNOWN');
$same = $t->get('/backup/data.atom', user => 'operator',
    headers => { 'If-None-Match' => $tag });
is($same->{status}, 200, 'something new');
$records->set(data => $id{part}, status => 'COMPLETED');
$t->sql("DELETE FROM changes WHERE record_id = $id{part} AND old_status IS NOT"
    . ' NULL');
my $html = $t->get('/backup/data?status=FAILED', user => 'viewer')->{body};
my $offer = '<link rel="alternate" type="application/atom+xml"'
    . ' href="/backup/data.atom?status=FAILED">';
like($html, qr/\Q$offer/, 'a page offers its feed');
like($html, qr{<a href="/backup/data\.atom\?status=FAILED">Atom</a>},
    'and links to it');

# --- a feed reader --------------------------------------------------------------

sub parse {
    my ($name, @paths) = @_;
    my @files = map { my $file = $t->dir . '/' . s/\W/-/gr;
        $t->_write($file, get($_)->{body}); $file } @paths;
    my ($status, $out) = $t->run_program('/usr/bin/python3', '-c', <<'PY', @files);
import feedparser, sys
for name in sys.argv[1:]:
    feed = feedparser.parse(name)
    print(feed.version, int(feed.bozo), len(feed.entries), feed.feed.updated_parsed is not None,
        feed.feed.title, len(set(e.id for e in feed.entries)))
    for e in feed.entries[:1]:
        print(e.tags[0].term, e.link, e.b_status, e.author if 'author' in e else '-')
PY
    is($status, 0, "$name: feedparser") or diag $out;
    return $out;
}

$t->sql("UPDATE clusters SET name = 'pay' WHERE name = 'renamed'");
is(parse('all', 'data.atom', 'commands.atom', 'data.atom?cluster=nosuch'),
    "atom10 0 5 True Data backups 5\nFAILED /backup/data/$id{full} FAILED"
    . " -\natom10 0 2 True Commands 2\nCANCELED"
    . " /backup/commands/$command CANCELED operator\natom10 0 0 True Data"
    . " backups: cluster=nosuch 0\n", 'without a warning');

# Where the operator has told the public address, links are whole.
my $conf = $t->dir . '/nginx.conf';
$t->_write($conf, $t->read_file($conf) =~ s{(backup_tasks_scope )}
    {backup_tasks_public_base https://portal.example/ops/backup/;\n        $1}r);
$t->reload_nginx;
is(feed('data.atom')->attr('xml:base'), 'https://portal.example', 'xml:base');
like(parse('base', 'data.atom?size=1'),
    qr{^FAILED https://portal\.example/ops/backup/data/$id{full} FAILED}m,
    'whole links');

# --- a store that is not ready, or away -------------------------------------------

$t->sql('DELETE FROM store_identity');
my $away = get('data.atom');
is($away->{status}, 503, 'no identity');
is($t->xml($away)->text('code'), 'UNAVAILABLE', 'says so');
$t->expect_log(qr/has no identity for ids of feeds: run "backup-tasks-ctl
    [ ]migrate"/x);
my ($status) = $t->ctl('migrate', '--dir', $t->root . '/schema');
is($status, 0, 'migrate');
my ($again) = ids('data.atom');
isnt($again, $before{'data.atom'}[0], 'another store, other ids');
unlike($again, qr/\Q$store/, 'by its own number');
$t->kill_db;
$away = get('data.atom');
is($away->{status}, 503, 'the store is away');
is($away->{headers}{'content-type'}, 'application/xml; charset=utf-8',
    'an error');
ok($away->{headers}{'retry-after'}, 'to be tried again');
$t->start_db;
$t->done;
