#!/usr/bin/perl
# agent_notify.t: the real agent tells of risks by mail and webhook, as docs/operations.md shows; what the page says.

use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/../lib";
use BackupTasks;
use BackupTasks::Manual qw(manual);
use BackupTasks::Records;
use BackupTasks::Xml qw(xml_parse);
use IO::Socket::INET;
use Test::More;

my $t = BackupTasks->new(database_options =>
    ['--innodb-flush-log-at-trx-commit=1'])->start;
my $dir = $t->dir;
my $records = BackupTasks::Records->new($t);
my $now = $t->value('SELECT UTC_TIMESTAMP()');
my $long_ago = $t->value('SELECT UTC_TIMESTAMP() - INTERVAL 50 HOUR'
    . ' - INTERVAL 30 MINUTE');
my $cluster = $records->add_cluster(name => 'pay "core" <1>',
    version => '4.2.1.0', observed => '2037-01-01', data_age_seconds => 2e9);
my $tenant = $records->add_tenant(cluster_id => $cluster, name => "a'\n&b",
    last_full => $now);
my $log = $records->add(log => cluster_id => $cluster, tenant_id => $tenant,
    start_time => $now, status => 'IN_PROGRESS');

sub program {
    my ($name, $text) = @_;
    $t->_write("$dir/$name", $text);
    chmod 0755, "$dir/$name";
    return "$dir/$name";
}

# The variables of a message, and its document, are kept in files by number.
my $recorder = program('record', <<"END");
#!/bin/sh
cat > $dir/told.\$\$ && printf '%s\\n' "\$BACKUP_TASKS_NUMBER" \\
    "\$BACKUP_TASKS_SEVERITY" "\$BACKUP_TASKS_SUBJECT" "\$BACKUP_TASKS_TEXT" \\
    "\$BACKUP_TASKS_TEXT_ZH" > $dir/said.\$\$ && echo \$\$ >> $dir/list
if [ -e $dir/deadly ]; then rm $dir/deadly; kill -9 \$PPID; fi
if [ -e $dir/broken ]; then echo broken today >&2; exit 1; fi
END
my @quick = ('--notify-delay', 1, '--notify-interval', 2, '--public-url',
    'https://portal.example/backup');

sub list { return split ' ', $t->read_file("$dir/list") }
sub said { my ($n) = @_; my @l = split /\n/, $t->read_file("$dir/said.$n");
    utf8::decode($_) for @l; return @l }
sub told_of { my ($count) = @_; return $t->wait_until(sub { list() >= $count },
    40) }
sub set_log { $t->sql("UPDATE log_backups SET status = '$_[0]',"
    . " status_since = '$long_ago'") }
sub sentence_of_page {
    my ($lang) = @_;
    my $html = $t->get("/backup/log?lang=$lang", user => 'viewer')->{body};
    utf8::decode($html);
    my ($text) = $html =~ m{<p class="verdict[^"]*">(.*?)</p>}s or return '';
    $text =~ s/<[^>]*>//g;
    my %entity = (lt => '<', gt => '>', amp => '&', quot => '"');
    $text =~ s/&(\w+);/$entity{$1} \/\/ $1/ge;
    $text =~ s/\s+/ /g;
    return $text =~ s/^ | $//gr;
}

# What is not right at the start.
for my $bad (['--notify', 'relative'], ['--notify', "$dir/none"],
    ['--public-url', 'portal.example'], ['--notify-delay', 0],
    ['--notify-interval', 'x'])
{
    my ($status, $text) = $t->run_program($t->build . '/backup-tasks-agent',
        '--store', $t->store, @$bad);
    is($status, 1, "@$bad: refused");
    like($text, qr/\Q$bad->[0]\E "/, 'and says which');
}

# Nothing to tell, then something: once, in the page's words.
$t->start_agent(options => ['--notify', $recorder, @quick]);
ok($t->wait_until(sub { $t->value('SELECT IFNULL(agent_id, 0) FROM'
    . ' notify_state') }), 'the agent looks');
set_log('INTERRUPTED');
ok(told_of(1), 'it tells');
my @text = said((list())[0]);
is($text[0], 1, 'number');
is($text[1], 'CRITICAL', 'severity');
is($text[2], '1 of 1 clusters is at risk.', 'subject');
is($text[3], sentence_of_page('en'), 'the sentence is the page\'s');
is($text[4], sentence_of_page('zh'), 'in Chinese, too');
like($text[3], qr/was interrupted 2 d 2 h ago/, 'with its age');
my $document = $t->read_file("$dir/told." . (list())[0]);
is($t->xmllint($document, @$_), '', "valid: @$_") for ['--schema', $t->root
    . '/schema/feed/feed.xsd'], ['--relaxng', $t->root . '/schema/feed/feed.rng'];
my $root = xml_parse($document);
is($root->{name}, 'notification', 'its root');
is($root->find('health')->attr('at-risk'), 1, 'health');
is($root->find('changes')->find('change')->attr('what'), 'BEGAN', 'change');
is($root->find('changes')->find('change')->find('link')->attr('href'),
    "https://portal.example/backup/log/$log", 'link');

# A second agent, and the first one again: nothing is repeated.
$t->start_agent(name => 'second', options => ['--notify', $recorder, @quick]);
$t->stop_agent;
$t->start_agent(options => ['--notify', $recorder, @quick]);
set_log('IN_PROGRESS');
ok(told_of(2), 'the end is told');
@text = said((list())[1]);
is("@text[0 .. 2]", '2 OK The one cluster is not at risk.', 'as it is');
is($text[3], sentence_of_page('en'), 'in the words of the page');
is($t->xmllint($t->read_file("$dir/told." . (list())[1]), '--schema', $t->root
    . '/schema/feed/feed.xsd'), '', 'valid, too');
$t->stop_agent('second');
is(scalar(list()), 2, 'each once');

# While it fails it is told again, under its number.
$t->_write("$dir/broken", '');
set_log('STOPPED');
ok(told_of(3), 'tried');
ok($t->wait_until(sub { $t->log('agent') =~ /notification 3 was not told, try again in 10 s: \S+record: exit status 1: broken today/ }),
    'the log says why');
unlink "$dir/broken";
ok(told_of(4), 'tried again');
is((said((list())[3]))[0], 3, 'the same number');

# An agent that is killed while it tells: told again, under the same number.
$t->_write("$dir/deadly", '');
set_log('FAILED');
ok(told_of(5), 'told');
ok($t->wait_until(sub { !-e "/proc/" . $t->pid('agent')
    || $t->read_file('/proc/' . $t->pid('agent') . '/status') =~ /^State:\s+Z/m }),
    'and killed');
$t->kill_agent;
my $number = (said((list())[4]))[0];
$t->start_agent(options => ['--notify', $recorder, @quick]);
ok(told_of(6), 'told again');
is((said((list())[5]))[0], $number, 'under the same number');
$t->stop_agent;

# The store is killed and comes back: the agent goes on, and repeats nothing.
$t->start_agent(options => ['--notify', $recorder, @quick]);
$t->kill_db;
ok($t->wait_until(sub { $t->log('agent') =~ / error .*(?:cannot|gone|lost)/ }),
    'the agent misses the store');
$t->start_db;
set_log('IN_PROGRESS');
ok(told_of(7), 'told when it is back');
is((said((list())[6]))[1], 'OK', 'what is true then');
is((said((list())[6]))[0], $number + 1, 'as the next');
$t->stop_agent;
set_log('FAILED');
$t->start_agent(options => ['--notify', $recorder, @quick]);
ok(told_of(8), 'and again');
$t->stop_agent;
is($t->value('SELECT COUNT(*) FROM notify_risks WHERE present = 1'), 1,
    'one risk is told of');

# By mail, as the manual shows.
program('sendmail', "#!/bin/sh\necho \"\$*\" > $dir/mail.args\n"
    . "cat > $dir/mail.new && mv $dir/mail.new $dir/mail\n");
my $mail = program('notify-mail', manual('mail'));
set_log('IN_PROGRESS');
{
    local $ENV{PATH} = "$dir:$ENV{PATH}";
    $t->start_agent(options => ['--notify', $mail, @quick]);
}
ok($t->wait_until(sub { -e "$dir/mail" }, 40), 'a mail is sent');
my $letter = $t->read_file("$dir/mail");
like($letter, qr/^Subject: \[OK\] The one cluster is not at risk\.$/m,
    'its subject');
is($t->read_file("$dir/mail.args"), "-t\n", 'to whom it says');
my ($head, $body) = split /\n\n/, $letter, 2;
my @head = split /\n/, $head;
is(scalar @head, 4, 'four lines of head');
like($body, qr/^The one cluster is not at risk\.$/m, 'its text');
$t->stop_agent;

# To a webhook.
my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1',
    Proto => 'tcp') or die "listen: $!";
my $hook = program('notify-hook', manual('webhook'));
set_log('INTERRUPTED');
{
    local $ENV{WEBHOOK_URL} = 'http://127.0.0.1:' . $listener->sockport . '/x';
    local $ENV{no_proxy} = '*';
    $t->start_agent(options => ['--notify', $hook, @quick]);
}
my $posted = '';
eval {
    local $SIG{ALRM} = sub { die "nobody came\n" };
    alarm 60;
    my $client = $listener->accept;
    my $length = 0;
    while (my $line = <$client>) {
        $posted .= $line;
        $length = $1 if $line =~ /^Content-Length: (\d+)/i;
        last if $line eq "\r\n";
    }
    read($client, my $content, $length);
    $posted .= $content;
    print {$client} "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    close $client;
    alarm 0;
};
like($posted, qr{^POST /x HTTP/1\.1\r\n}, 'posted');
like($posted, qr/^Idempotency-Key: backup-tasks-\d+\r$/mi, 'with its number');
like($posted, qr/^Content-Type: application\/xml\r$/mi, 'as XML');
is($t->xmllint((split /\r\n\r\n/, $posted, 2)[1]), '', 'whole');
ok($t->wait_until(sub { $t->log('agent') =~ /notification \d+ was told/ }),
    'and taken for told');
$t->stop_agent;

$t->done;
