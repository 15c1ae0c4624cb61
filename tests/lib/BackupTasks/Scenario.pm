# Scenario.pm: played clusters, registered and watched by a real agent; after each step the pages are compared with a table.
#
#   my $s = BackupTasks::Scenario->new(start => time);
#   $s->cluster(c42 => version => '4.2.1.0', tenants => [ { name => 'shop' } ]);
#   $s->begin;
#   $s->step('an archive breaks', c42 => <<'ROWS', sub { ... });
#   log shop INTERRUPTED/INTERRUPTED start=0 latest=+26 stop restart
#   ROWS
#
# A row of the table is one row of a page: of log, data, cleanup or second. Only
# rows that are new or differ from the step before stand in it, a row that has
# gone with a minus before it. Times are seconds since `start`.

package BackupTasks::Scenario;

use strict;
use warnings;

use BackupTasks;
use BackupTasks::Standin;
use Digest::SHA qw(hmac_sha256_hex);
use POSIX ();
use Test::More ();
use Time::Local qw(timegm_modern);

my %pages = (
    log     => [ 'log.xml',     'backups/log-backup' ],
    data    => [ 'data.xml',    'tasks/task' ],
    cleanup => [ 'cleanup.xml', 'tasks/cleanup-task' ],
    second  => [ 'second.xml',  'backups/second-backup' ],
);

# new(start => SECONDS): the clocks of the clusters begin there.
sub new {
    my ($class, %o) = @_;
    my $t = BackupTasks->new->start;
    my $self = bless { t => $t, start => $o{start}, names => [],
        now => {}, seen => {}, press => 0 }, $class;
    $self->{standin} = BackupTasks::Standin->new(dir => $t->dir,
        root => $t->root);
    $self->{csrf} = $t->read_file($t->dir . '/csrf.key') =~ s/\s+\z//r;
    $t->_write($t->dir . '/password', "standin\n");
    chmod 0600, $t->dir . '/password';
    return $self;
}

sub t       { return $_[0]{t} }
sub standin { return $_[0]{standin} }

# A cluster of the stand-in, registered as an operator would.
sub cluster {
    my ($self, $name, %o) = @_;
    my $t = $self->{t};
    $self->{version}{$name} = $o{version};
    $self->{ports}{$name} = $self->{standin}->open($name, clock =>
        $self->{start}, %o);
    my $adapter = $o{version} =~ /^4/ ? 'oceanbase4' : 'oceanbase2';
    my ($status, $text) = $t->ctl('cluster', 'add', '--adapter', $adapter,
        '--endpoints', "127.0.0.1:$self->{ports}{$name}", '--user', 'root@sys',
        '--password-file', $t->dir . '/password',
        '--allow', 'backup', '--allow', 'cancel', $name);
    Test::More::is($status, 0, "$name is registered") or
        Test::More::diag($text);
    $t->sql("UPDATE clusters SET round_seconds = 1 WHERE name = '$name'");
    push @{ $self->{names} }, $name;
    $self->{now}{$name} = 0;
    return $self;
}

sub begin {
    my ($self) = @_;
    $self->{t}->start_agent;
    return $self;
}

sub advance {
    my ($self, $seconds, @names) = @_;
    for my $name (@names ? @names : @{ $self->{names} }) {
        $self->{standin}->advance($name, $seconds);
        $self->{now}{$name} += $seconds;
    }
    return $self;
}

sub tell {
    my ($self, $operation, %o) = @_;
    $self->{standin}->tell($_, $operation, %o) for @{ $self->{names} };
    return $self;
}

# A statement of the database's administrator, at every cluster: what it says.
sub admin {
    my ($self, $sql, @names) = @_;
    my @said;
    for my $name (@names ? @names : @{ $self->{names} }) {
        my (undef, $text) = $self->{t}->run_program('mariadb', '--no-defaults',
            '-h127.0.0.1', "-P$self->{ports}{$name}", '-uroot@sys', '-pstandin',
            '--connect-timeout=5', '-BN', '-e', $sql);
        push @said, $text =~ /^ERROR (\d+)/m ? $1 : '';
    }
    return join ' ', @said;
}

# Presses a button at every cluster; kind and tenant tell the row.
sub press {
    my ($self, $action, $kind, $tenant, %more) = @_;
    for my $name (@{ $self->{names} }) {
        my $row = $self->{found}{$name}{$kind}{$tenant}
            or die "no $kind of $tenant at $name\n";
        my $path = "/backup/$kind/" . $row->text('id') . "/$action";
        $self->post($path, $name, %more);
    }
    return $self;
}

# An immediate backup of a tenant; FULL or INCREMENTAL.
sub press_backup {
    my ($self, $tenant, $mode) = @_;
    for my $name (@{ $self->{names} }) {
        my $id = $self->{t}->value(
            "SELECT id FROM clusters WHERE name = '$name'");
        my $of = defined $tenant ? "?tenant-name=$tenant" : '';
        $self->post("/backup/clusters/$id/backup", $name, query => $of,
            mode => $mode);
    }
    return $self;
}

sub post {
    my ($self, $path, $name, %more) = @_;
    my $t = $self->{t};
    my $query = delete $more{query} // '';
    my $form = $t->xml($t->get("$path.xml$query", user => 'operator'));
    my $user = 'operator';
    my $answer = $t->post("$path$query", { csrf => hmac_sha256_hex("$user\n"
            . int(time / 3600), $self->{csrf}),
        'expected-state' => $form->text('expected-state'),
        'idempotency-key' => sprintf('%032x', ++$self->{press}), %more },
        user => $user);
    Test::More::is($answer->{status}, 303, "$name: $path is accepted")
        or Test::More::diag($answer->{body});
    return $self;
}

# Waits until the newest command of each cluster has this state and the agent
# has looked since: its result.
sub wait_command {
    my ($self, $state) = @_;
    my @results;
    for my $name (@{ $self->{names} }) {
        my $query = 'FROM commands c JOIN clusters o ON o.id = c.cluster_id '
            . "WHERE o.name = '$name' ORDER BY c.id DESC LIMIT 1";
        my $found = $self->{t}->wait_until(sub {
            ($self->{t}->value("SELECT state $query") // '') eq $state }, 10);
        Test::More::ok($found, "$name: the command is $state")
            or Test::More::diag(join ' | ', map { @$_ } $self->{t}->sql(
                "SELECT state, step, progress, result $query"));
        push @results, $self->{t}->value("SELECT IFNULL(result, '') $query");
    }
    return @results;
}

# Waits until each cluster has carried out so many statements of a kind.
sub wait_statements {
    my ($self, $verb, $count) = @_;
    for my $name (@{ $self->{names} }) {
        my @all;
        my $found = $self->{t}->wait_until(sub {
            @all = $self->{standin}->statements($name);
            $count == grep { $_->{result} eq 'OK' && $_->{verb} eq $verb } @all;
        }, 15);
        Test::More::ok($found, "$name: $verb arrives") or Test::More::diag(
            join "\n", map { "$_->{result} $_->{sql}" } @all);
    }
    return $self;
}

# Waits until every page says since when the rows are old.
sub wait_stale {
    my ($self) = @_;
    my $found = $self->{t}->wait_until(sub {
        my %now = $self->_read;
        $self->{stale} == map { values %$_ } values %now;
    });
    Test::More::ok($found, 'every row says that it is old');
    $self->{away} = 1;
    return $self;
}

# Reads the pages, so that press() finds the rows of now.
sub refresh {
    my ($self) = @_;
    $self->_read;
    return $self;
}

# Waits until an agent has begun to look at each cluster, and has recorded it.
sub wait_looks {
    my ($self, @names) = @_;
    my $t = $self->{t};
    @names = @{ $self->{names} } if !@names;
    my %before = map { $_ => $self->_served($_)->{looks} } @names;
    for my $name (@names) {
        my $served;
        my $ok = $t->wait_until(sub {
            ($served = $self->_served($name))->{looks} > $before{$name} });
        $ok &&= $t->wait_until(sub { $t->value('SELECT COUNT(*) FROM clusters '
            . "WHERE name = '$name' AND UNIX_TIMESTAMP(observed) * 1000 >= "
            . $served->{lookAt}) });
        Test::More::diag("$name is not asked: " . $t->value('SELECT '
            . "IFNULL(MAX(stale_reason), '') FROM clusters WHERE name = "
            . "'$name'")) if !$ok;
    }
    return $self;
}

sub _served {
    my ($self, $name) = @_;
    return $self->{standin}->tell($name, 'served');
}

# step(NAME, CLUSTER => ROWS, ..., CODE): does it, waits for the agent, compares.
# The cluster "*" is each that is not named; in rows {x} is what `words` of the
# cluster says of x.
sub step {
    my ($self, $what, @rest) = @_;
    my $code = pop @rest;
    my %rows = @rest;
    $code->($self) if $code;
    my $away = delete $self->{away};
    $self->wait_looks if !$away;
    my %now = $self->_read;
    Test::More::is($self->{stale}, 0, "no row is old: $what") if !$away;
    for my $name (@{ $self->{names} }) {
        my $expected = $rows{$name} // $rows{'*'} // '';
        my $words = $self->{words}{$name} || {};
        $expected =~ s/\{(\w+)\}/$words->{$1} \/\/ $1/ge;
        $expected =~ s/^\s+|\s+$//g;
        $expected = join "\n", sort grep { length } map { s/^ | $//gr }
            split /\n/, $expected;
        my $changes = _changes($self->{seen}{$name} || {}, $now{$name} || {});
        Test::More::is($changes, $expected, "$name: $what");
    }
    $self->{seen} = \%now;
    return $self;
}

# What differs by version in the tables.
sub words {
    my ($self, $name, %words) = @_;
    $self->{words}{$name} = { %{ $self->{words}{$name} || {} }, %words };
    return $self;
}

sub _changes {
    my ($before, $after) = @_;
    my @lines = map { $after->{$_} } grep {
        !defined $before->{$_} || $before->{$_} ne $after->{$_} } keys %$after;
    push @lines, map { "- $before->{$_}" } grep { !defined $after->{$_} }
        keys %$before;
    return join "\n", sort @lines;
}

# { cluster => { id of the row => its text } }
sub _read {
    my ($self) = @_;
    my %now;
    $self->{found} = {};
    $self->{stale} = 0;
    for my $kind (keys %pages) {
        my ($page, $place) = @{ $pages{$kind} };
        my $range = $kind eq 'log' ? '' : $self->_day;
        my $answer = $self->{t}->get("/backup/$page?size=500$range",
            user => 'operator');
        Test::More::is($answer->{status}, 200, $page) if
            $answer->{status} != 200;
        for my $row ($self->{t}->xml($answer)->find($place)) {
            my $cluster = $row->text('cluster');
            my $tenant = $row->text('tenant') // '-';
            $self->{stale}++ if $row->find('stale');
            $self->{found}{$cluster}{$kind}{$tenant} //= $row;
            $now{$cluster}{"$kind " . $row->text('id')} =
                $self->_line($kind, $tenant, $row);
        }
    }
    return %now;
}

# Rounds and gaps of a log backup, one per line.
sub rounds {
    my ($self, $name, $tenant) = @_;
    my $id = $self->{found}{$name}{log}{$tenant}->text('id');
    my $root = $self->{t}->xml($self->{t}->get("/backup/log/$id.xml",
        user => 'operator'));
    my $time = sub { $self->_seconds($_[0]) // '-' };
    return join "\n", (map { join ' ', 'round', $_->text('round-id'),
            $_->text('status'), map { $time->($_) } map { $_->[0] }
            [ $_->text('start-time') ], [ $_->text('checkpoint') ] }
            $root->find('rounds/round')),
        map { join ' ', 'gap', $time->(scalar $_->text('from')),
            $time->(scalar $_->text('to')) } $root->find('gaps/gap');
}

# The clocks of the clusters run ahead of ours.
sub _day {
    my ($self) = @_;
    return '&range=custom' . join '', map { POSIX::strftime(
        "&$_->[0]=%Y-%m-%dT%H:%M:%SZ", gmtime $self->{start} + $_->[1]) }
        [ from => -86400 ], [ to => 86400 ];
}

sub _line {
    my ($self, $kind, $tenant, $row) = @_;
    my @words = ($kind, $tenant);
    push @words, grep { defined } map { scalar $row->text($_) }
        qw(kind mode type);
    push @words, $row->text('status') . '/' . ($row->text('raw-status') // '');
    my %short = ('source-id' => 'id', 'backup-set-id' => 'set',
        'progress-percent' => 'done', 'set-state' => 'state',
        'items-done' => 'items', 'latency-seconds' => 'latency');
    for my $field (qw(source-id backup-set-id progress-percent set-state
        items-done latency-seconds))
    {
        my $text = $row->text($field);
        next if !defined $text || ($field eq 'source-id' && $kind ne 'data');
        $text =~ s/^refused-(\d+)\d{6}/'refused-' . ($1 - $self->{start})/e;
        push @words, "$short{$field}=$text";
    }
    for my $field (qw(start-time end-time latest-backup-time)) {
        my $time = $self->_seconds($row->text($field)) // next;
        push @words, $field =~ s/-.*//r . "=$time";
    }
    push @words, 'copies=' . $row->text('second-backups')
        if $row->text('second-backups');
    push @words, $self->_state_words($row);
    return join ' ', @words;
}

# What may be done, what is being done, and what went wrong.
sub _state_words {
    my ($self, $row) = @_;
    my @words = map { $_->{name} } map { @{ $_->{kids} } } $row->find('actions');
    for my $command ($row->find('command')) {
        push @words, '(' . $command->attr('action') . ' '
            . $command->attr('state') . ')';
    }
    for my $cause ($row->find('cause')) {
        push @words, join ':', 'cause', grep { defined && length }
            map { scalar $cause->text($_) } qw(code stage trace-id);
    }
    return @words;
}

sub _seconds {
    my ($self, $text) = @_;
    return undef if !defined $text;
    $text =~ /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.\d+Z$/ or return $text;
    return timegm_modern($6, $5, $4, $3, $2 - 1, $1) - $self->{start};
}

# These words are in no record, log, page or document.
sub hides {
    my ($self, @secrets) = @_;
    my $t = $self->{t};
    my (undef, $dump) = $t->run_program('mariadb-dump', '--no-defaults',
        '-uroot', '--socket=' . $t->dir . '/db.sock', 'backup_tasks');
    my %place = (records => $dump);
    $place{$_} = $t->read_file($_) for glob $t->dir . '/log/*';
    for my $cluster (values %{ $self->{found} }) {
        for my $kind (keys %$cluster) {
            for my $row (values %{ $cluster->{$kind} }) {
                my $path = "/backup/$kind/" . $row->text('id');
                $place{$_} = $t->get($_, user => 'operator')->{body}
                    for $path, "$path.xml";
            }
        }
    }
    for my $secret (@secrets, 'standin\n', ':standin') {
        my @found = grep { $place{$_} =~ /$secret/ } sort keys %place;
        Test::More::is("@found", '', "$secret is nowhere");
    }
    Test::More::cmp_ok(scalar keys %place, '>', 10, 'places were searched');
    return $self;
}

sub done {
    my ($self) = @_;
    $self->{t}->stop_agent;
    $self->{standin}->stop;
    $self->{t}->done;
    return;
}

1;
