# BackupTasks.pm: the test harness: a whole installation in a temporary directory.
#
#   use FindBin;
#   use lib "$FindBin::Bin/../lib";
#   use BackupTasks;
#   use Test::More;
#
#   my $t = BackupTasks->new(sample => 200)->start;    # database, worker, nginx
#   my $answer = $t->get('/backup/data.xml?range=7d', user => 'viewer');
#   is($answer->{status}, 200);
#   my $root = $t->xml($answer);                       # BackupTasks::Xml
#   is($t->value('SELECT COUNT(*) FROM data_tasks'), 200);
#   $t->done;                                          # checks logs, ends the plan
#
# Every part is real.  Processes are ended and the directory is removed at the
# end, however the test ends; with KEEP=1 in the environment the directory of a
# failed test is kept and named.  SAN=1 takes the programs of build-san/, BT_BUILD
# those of any other directory.

package BackupTasks;

use strict;
use warnings;

use Cwd ();
use File::Basename ();
use File::Path ();
use File::Temp ();
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Test::More ();
use Time::HiRes ();

use BackupTasks::Database;
use BackupTasks::Feed qw(feed_keep feed_check);
use BackupTasks::Http qw(http_request http_open http_finish form_encode);
use BackupTasks::Xml qw(xml_parse);

my $root = Cwd::abs_path(File::Basename::dirname(__FILE__) . '/../..');
my %running;

# new(sample => N): sample tasks in the store, default 0.
#     base => '/backup/'   the location
#     conf => TEXT         nginx configuration instead of auto/nginx-conf's;
#                          %%DIR%%, %%ROOT%%, %%BUILD%%, %%PORT%%, %%MODULES%%
#                          (load_module lines) and %%GLOBALS%% (pid, logs,
#                          temporary paths: main and http parts in one line
#                          each: %%MAIN%%, %%HTTP%%) are put in
#     edit => sub { ... }  changes the text ($_) of the usual configuration
#     reports => 1         the worker writes daily reports
#     worker_options => [] more arguments of the worker
#     database_options => [] more arguments of mariadbd
#     wrapper => []        a program that nginx is run by, and its arguments
sub new {
    my ($class, %o) = @_;
    my $self = bless {
        sample => 0, base => '/backup/', %o, owner => $$, expected => [],
        root => $root, build => $ENV{BT_BUILD}
            || $root . ($ENV{SAN} ? '/build-san' : '/build'),
        dir => File::Temp::tempdir('bt-test-XXXXXX', TMPDIR => 1),
    }, $class;
    mkdir "$self->{dir}/$_" for qw(log tmp);
    $self->{port} = _free_port();
    $self->{db} = BackupTasks::Database->new(
        dir => $self->{dir}, root => $root, build => $self->{build},
        sample => $self->{sample}, options => $o{database_options});
    $running{$self} = $self;
    return $self;
}

sub dir   { return $_[0]{dir} }
sub root  { return $root }
sub build { return $_[0]{build} }
sub port  { return $_[0]{port} }
sub store { return $_[0]{db}{store} }

# All parts but an agent, or the named ones of db, worker, nginx, agent.
sub start {
    my ($self, @parts) = @_;
    for my $part (@parts ? @parts : qw(db worker nginx)) {
        my $start = "start_$part";
        $self->$start;
    }
    return $self;
}

sub start_db { my ($self) = @_; $self->{db}->start; return $self }
sub stop_db  { my ($self) = @_; $self->{db}->stop; return $self }
sub kill_db  { my ($self) = @_; $self->{db}->kill_hard; return $self }

sub sql   { my ($self, @rest) = @_; return $self->{db}->sql(@rest) }
sub value { my ($self, @rest) = @_; return $self->{db}->value(@rest) }

# Runs backup-tasks-ctl on this store: (exit status, all of its output).
sub ctl {
    my ($self, @arguments) = @_;
    return $self->run_program("$self->{build}/backup-tasks-ctl", '--store',
        $self->store, @arguments);
}

# Runs a program to its end: (exit status, output and errors together).
sub run_program {
    my ($self, @command) = @_;
    my $pid = open my $out, '-|' // die "fork: $!";
    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        exec @command or POSIX::_exit(127);
    }
    my $text = do { local $/; <$out> } // '';
    close $out;
    return ($? & 127 ? 128 + ($? & 127) : $? >> 8, $text);
}

sub start_worker {
    my ($self) = @_;
    my $dir = $self->{dir};
    $self->_spawn(worker => "$self->{build}/backup-tasks-worker",
        '--socket', "$dir/worker.sock", '--store', $self->store,
        '--pid', "$dir/worker.pid", '--log', "$dir/log/worker.log",
        $self->{reports} ? ('--report-sheet', "$root/xslt/report.xsl")
            : '--no-reports',
        @{ $self->{worker_options} || [] });
    $self->_wait_for('worker', sub { _accepts("$dir/worker.sock") });
    return $self;
}

sub stop_worker { my ($self) = @_; return $self->_end('worker', 'TERM') }
sub kill_worker { my ($self) = @_; return $self->_end('worker', 'KILL') }

# start_agent(name => 'agent', options => [], wrapper => [], store => FILE): runs
# backup-tasks-agent with exactly the grants of an agent; the name is the part's,
# too, so that several can run: stop_agent('agent'), kill_agent('agent'),
# pid('agent'), log('agent').
sub start_agent {
    my ($self, %o) = @_;
    my $name = $o{name} // 'agent';
    my $pid_file = "$self->{dir}/$name.pid";
    unlink $pid_file;
    $self->_spawn($name => @{ $o{wrapper} || [] },
        "$self->{build}/backup-tasks-agent",
        '--store', $o{store} // $self->agent_store, '--name', $name,
        '--pid', $pid_file, '--log', "$self->{dir}/log/$name.log",
        @{ $o{options} || [] });
    $self->_wait_for($name, sub { -s $pid_file });
    return $self;
}

sub stop_agent {
    my ($self, $name) = @_;
    return $self->_end($name // 'agent', 'TERM');
}

sub kill_agent {
    my ($self, $name) = @_;
    return $self->_end($name // 'agent', 'KILL');
}

# The option file of an account with the grants of an agent, and nothing more.
sub agent_store {
    my ($self) = @_;
    my $file = "$self->{dir}/agent.cnf";
    return $file if -e $file;
    my ($status, $text) = $self->run_program(
        "$self->{build}/backup-tasks-ctl", 'grants', '--dir', "$root/schema",
        '--agent', 'bt_agent@localhost');
    die "grants: $text" if $status;
    $text =~ s/^--.*$//mg;
    $self->sql("CREATE USER bt_agent\@localhost IDENTIFIED BY 'bt_agent'");
    $self->sql($_) for grep { /\S/ } split /;\n/, $text;
    $self->_write($file, "[backup-tasks]\nsocket=$self->{db}{socket}\n"
        . "user=bt_agent\npassword=bt_agent\ndatabase=backup_tasks\n");
    chmod 0600, $file;
    return $file;
}

sub start_nginx {
    my ($self) = @_;
    my $dir = $self->{dir};
    $self->_write("$dir/nginx.conf", $self->_nginx_conf);
    local $ENV{LD_PRELOAD} = $ENV{SAN} ? _libasan() : $ENV{LD_PRELOAD} // '';
    local $ENV{ASAN_OPTIONS} = 'detect_leaks=0:detect_odr_violation=0';
    $self->_spawn(nginx => @{ $self->{wrapper} || [] }, '/usr/sbin/nginx', '-p', "$dir/",
        '-e', "$dir/log/error.log", '-c', "$dir/nginx.conf",
        '-g', 'daemon off;');
    $self->_wait_for('nginx', sub { _connects($self->{port}) });
    return $self;
}

sub stop_nginx { my ($self) = @_; return $self->_end('nginx', 'QUIT') }

# Reads the configuration again and waits until old processes have gone.
sub reload_nginx {
    my ($self) = @_;
    my %old = map { $_ => 1 } $self->nginx_workers;
    kill 'HUP', $self->{pid}{nginx};
    $self->_wait_for('nginx', sub {
        my @now = $self->nginx_workers;
        @now && !grep { $old{$_} } @now;
    });
    return $self;
}

sub nginx_workers {
    my ($self) = @_;
    my $pid = $self->{pid}{nginx};
    return split ' ', $self->read_file("/proc/$pid/task/$pid/children");
}

sub pid { my ($self, $part) = @_;
    return $part eq 'db' ? $self->{db}{pid} : $self->{pid}{$part} }

# One request: see BackupTasks::Http.  user => 'viewer' signs in (the password
# is the name); without it nobody is signed in.
sub request {
    my ($self, %o) = @_;
    return $self->_keep(http_request(port => $self->{port}, %o));
}

# Every document that a test receives has to be valid: see done().
sub _keep {
    my ($self, $answer) = @_;
    feed_keep("$self->{dir}/documents", $answer);
    return $answer;
}

sub get {
    my ($self, $path, %o) = @_;
    return $self->request(path => $path, %o);
}

sub head {
    my ($self, $path, %o) = @_;
    return $self->request(method => 'HEAD', path => $path, %o);
}

# Fields as a hash or a ready body; the headers of a form sent from the page.
sub post {
    my ($self, $path, $fields, %o) = @_;
    my %headers = (
        'Content-Type'   => 'application/x-www-form-urlencoded',
        'Origin'         => "http://127.0.0.1:$self->{port}",
        'Sec-Fetch-Site' => 'same-origin',
        %{ delete $o{headers} || {} });
    delete $headers{$_} for grep { !defined $headers{$_} } keys %headers;
    return $self->request(method => 'POST', path => $path,
        body => ref $fields ? form_encode($fields) : $fields,
        headers => \%headers, %o);
}

# In two halves, so that a test can act while the answer is on its way.
sub open_get {
    my ($self, $path, %o) = @_;
    return http_open(port => $self->{port}, path => $path, %o);
}

sub finish {
    my ($self, $call) = @_;
    return $self->_keep(http_finish($call));
}

# The root element of a document; dies when it is not well-formed.
sub xml {
    my ($self, $answer) = @_;
    return xml_parse(ref $answer ? $answer->{body} : $answer);
}

# xmllint's word on a document: "" when it is well-formed.
sub xmllint {
    my ($self, $bytes, @options) = @_;
    my $file = "$self->{dir}/tmp/xmllint.$$";
    $self->_write($file, $bytes);
    my ($status, $text) =
        $self->run_program('xmllint', '--noout', '--nonet', @options, $file);
    unlink $file;
    return $status ? $text || 'failed' : '';
}

sub read_file {
    my ($self, $path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return scalar(<$file>) // '';
}

sub log {
    my ($self, $name) = @_;
    return $self->read_file("$self->{dir}/log/$name.log");
}

# Lines that the check at the end shall not mind.
sub expect_log {
    my ($self, @patterns) = @_;
    push @{ $self->{expected} }, @patterns;
    return $self;
}

# Waits until the code gives true, at most some seconds; false when it never did.
sub wait_until {
    my ($self, $code, $seconds) = @_;
    my $end = Time::HiRes::time() + ($seconds || 20);
    while (Time::HiRes::time() < $end) {
        my $value = $code->();
        return $value if $value;
        Time::HiRes::sleep(0.02);
    }
    return 0;
}

# in_a_minute(CODE): its results, of one minute by the clock; done again where
# another has begun meanwhile.
sub in_a_minute {
    my ($self, $code) = @_;
    while (1) {
        my $minute = int(time / 60);
        my @result = $code->();
        return @result if $minute == int(time / 60);
    }
    return;
}

# Stops everything, checks documents and logs, and ends the plan.
sub done {
    my ($self) = @_;
    $self->end;
    Test::More::done_testing();
    return;
}

# The same for one of several installations of a test: done() ends the last.
sub end {
    my ($self) = @_;
    $self->stop;
    my ($count, $faults) = $self->check_documents;
    Test::More::is($faults, '', "$count documents are valid");
    Test::More::is(join("\n", $self->bad_log_lines), '', 'logs are clean');
    return;
}

sub stop {
    my ($self) = @_;
    $self->_end('nginx', 'TERM');
    $self->_end('worker', 'TERM');
    $self->_end($_, 'TERM') for sort keys %{ $self->{pid} || {} };
    $self->{db}->stop('KILL');
    return $self;
}

# Validates the documents received so far: how many, and what is wrong.
sub check_documents {
    my ($self) = @_;
    return feed_check("$self->{dir}/documents", "$root/schema/feed");
}

my $bad = qr{\[alert\]|\[emerg\]|Sanitizer|runtime error:};

sub bad_log_lines {
    my ($self) = @_;
    my @lines;
    for my $path (glob "$self->{dir}/log/*") {
        my $name = File::Basename::basename($path);
        for my $line (split /\n/, $self->read_file($path)) {
            next if $line !~ $bad || $line =~ /ngx_string\.c:\d+.*null/;
            next if grep { $line =~ $_ } @{ $self->{expected} };
            push @lines, "$name: $line";
        }
    }
    return @lines;
}

sub _nginx_conf {
    my ($self) = @_;
    if (!defined $self->{conf}) {
        my ($status, $text) = $self->run_program("$root/auto/nginx-conf",
            '--base', $self->{base}, $self->{dir}, $self->{port},
            $self->{build});
        die "nginx-conf: $text" if $status;
        local $_ = $text;
        $self->{edit}->() if $self->{edit};
        return $_;
    }
    my $dir = $self->{dir};
    my ($modules) = qx(nginx -V 2>&1) =~ /--modules-path=(\S+)/;
    my %value = (
        DIR => $dir, ROOT => $root, BUILD => $self->{build},
        PORT => $self->{port},
        MODULES => "load_module $modules/ngx_http_xslt_filter_module.so;\n"
            . "load_module $self->{build}/ngx_http_backup_tasks_module.so;",
        MAIN => ($> == 0 ? 'user root; ' : '') . "pid $dir/nginx.pid;",
        HTTP => "access_log $dir/log/access.log; " . join ' ',
            map { "${_}_temp_path $dir/tmp/$_;" }
            qw(client_body proxy fastcgi uwsgi scgi),
    );
    (my $text = $self->{conf}) =~ s/%%([A-Z]+)%%/$value{$1} \/\/ die $1/ge;
    return $text;
}

sub _libasan {
    chomp(my $path = qx(gcc -print-file-name=libasan.so));
    chomp(my $ubsan = qx(gcc -print-file-name=libubsan.so));
    return "$path $ubsan";
}

sub _spawn {
    my ($self, $part, @command) = @_;
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>>', "$self->{dir}/log/$part.out";
        open STDERR, '>&', \*STDOUT;
        exec BackupTasks::Database::mortal(@command) or POSIX::_exit(127);
    }
    $self->{pid}{$part} = $pid;
    return;
}

sub _wait_for {
    my ($self, $part, $ready) = @_;
    my $pid = $self->{pid}{$part};
    my $ok = $self->wait_until(sub {
        return 1 if $ready->();
        return -1 if waitpid($pid, POSIX::WNOHANG()) == $pid;
        return 0;
    }, 30);
    return if $ok > 0;
    delete $self->{pid}{$part} if $ok < 0;
    die "$part does not start:\n" . $self->read_file(
        "$self->{dir}/log/$part.out") . $self->log($part eq 'nginx'
        ? 'error' : $part);
}

# Ends a part and waits for it; the exit status as waitpid gives it.
sub _end {
    my ($self, $part, $signal) = @_;
    my $pid = delete $self->{pid}{$part} or return 0;
    kill $signal, $pid;
    my $gone = $self->wait_until(sub {
        waitpid($pid, POSIX::WNOHANG()) == $pid }, 30);
    my $status = $?;
    return $status if $gone;
    kill 'KILL', $pid;
    waitpid $pid, 0;
    Test::More::diag("$part did not end on $signal");
    return -1;
}

sub _write {
    my ($self, $path, $text) = @_;
    open my $file, '>', $path or die "$path: $!";
    print $file $text;
    close $file or die "$path: $!";
    return;
}

sub _free_port {
    my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1)
        or die "no free port: $!";
    return $socket->sockport;
}

# A socket's file may be left from a worker that was killed.
sub _accepts {
    my ($path) = @_;
    return IO::Socket::UNIX->new(Peer => $path) ? 1 : 0;
}

sub _connects {
    my ($port) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port,
        Timeout => 1) ? 1 : 0;
}

END {
    my $status = $?;
    for my $self (grep { $_->{owner} == $$ } values %running) {
        my $failed = $status || !Test::More->builder->is_passing;
        eval { $self->stop; 1 } or warn $@;
        if ($failed && $ENV{KEEP}) {
            Test::More::diag("kept: $self->{dir}");
        } else {
            File::Path::remove_tree($self->{dir});
        }
    }
    $? = $status;
}

$SIG{$_} ||= sub { exit 1 } for qw(INT TERM HUP PIPE);

1;
