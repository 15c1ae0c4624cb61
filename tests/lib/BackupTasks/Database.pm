# Database.pm: a private MariaDB for one test, copied from a ready-made template.

package BackupTasks::Database;

use strict;
use warnings;

use Cwd ();
use Digest::SHA ();
use Fcntl ':flock';
use File::Path ();
use IPC::Open2 ();
use POSIX ();
use Time::HiRes ();

my $mariadbd = '/usr/sbin/mariadbd';
my $template_age = 3600;

# new(dir => DIR, root => REPOSITORY, build => BUILD, sample => N): the data
# directory is DIR/db, with the schema, and N sample tasks when N > 0.
# schema => 0 leaves the database empty.
sub new {
    my ($class, %o) = @_;
    my $self = bless { schema => 1, sample => 0, %o, owner => $$ }, $class;
    $self->{socket} = "$self->{dir}/db.sock";
    $self->{log}    = "$self->{dir}/log/db.log";
    $self->{store}  = "$self->{dir}/store.cnf";
    return $self;
}

sub start {
    my ($self) = @_;
    if (!-d "$self->{dir}/db") {
        my $template = $self->_template;
        _run('cp', '-a', '--reflink=auto', $template, "$self->{dir}/db");
    }
    $self->_write_store;
    $self->_launch;
    return $self;
}

# TERM, and waits; KILL with kill(). start() brings it back on the same data.
sub stop {
    my ($self, $signal) = @_;
    $self->_close_client;
    my $pid = delete $self->{pid} or return;
    kill $signal || 'TERM', $pid;
    waitpid $pid, 0;
    return;
}

sub kill_hard {
    my ($self) = @_;
    return $self->stop('KILL');
}

# The command so that it ends when this test is killed.
sub mortal {
    my (@command) = @_;
    return ('setpriv', '--pdeathsig', 'TERM', @command);
}

sub _launch {
    my ($self) = @_;
    my $dir = $self->{dir};
    my @command = ($mariadbd, '--no-defaults',
        $> == 0 ? '--user=root' : (), "--datadir=$dir/db",
        "--socket=$self->{socket}", "--pid-file=$dir/db.pid",
        "--log-error=$self->{log}", "--tmpdir=$dir", '--skip-networking',
        '--innodb-flush-log-at-trx-commit=0', '--skip-innodb-doublewrite',
        '--innodb-log-file-size=16M', '--innodb-buffer-pool-size=64M',
        '--character-set-server=utf8mb4', @{ $self->{options} || [] });
    $self->{pid} = fork // die "fork: $!";
    if (!$self->{pid}) {
        open STDIN,  '<', '/dev/null';
        open STDOUT, '>>', "$dir/log/db.out";
        open STDERR, '>&', \*STDOUT;
        exec mortal(@command) or POSIX::_exit(127);
    }
    $self->_wait_ready;
    return;
}

sub _wait_ready {
    my ($self) = @_;
    for (1 .. 600) {
        my $ok = eval { $self->sql('SELECT 1'); 1 };
        return if $ok;
        die "mariadbd ended, see $self->{log}\n"
            if waitpid($self->{pid}, 1) == $self->{pid};
        Time::HiRes::sleep(0.1);
    }
    die "mariadbd does not answer, see $self->{log}\n";
}

# The option file of worker and ctl.
sub _write_store {
    my ($self) = @_;
    open my $file, '>', $self->{store} or die "$self->{store}: $!";
    print $file "[backup-tasks]\nsocket=$self->{socket}\nuser=backup_tasks\n"
        . "password=backup_tasks\ndatabase=backup_tasks\n";
    close $file;
    chmod 0600, $self->{store};
    return;
}

# Rows as array references; text as the bytes that are stored. NULL comes as
# the text NULL, so ask with IFNULL() where that matters.
sub sql {
    my ($self, $statement) = @_;
    $self->_open_client if !$self->{client};
    local $SIG{PIPE} = 'IGNORE';
    my $end = "--end-$$-" . ++$self->{statements};
    print { $self->{to} } "$statement;\nSELECT '$end';\n";
    my @rows;
    while (defined(my $line = readline $self->{from})) {
        chomp $line;
        if ($line eq $end) {
            return @rows if !$self->{failure};
            die "SQL: " . delete($self->{failure}) . "\nin: $statement\n";
        }
        if ($line =~ /^ERROR \d+ /) {
            $self->{failure} = $line;
            next;
        }
        push @rows, [ map { _unescape($_) } split /\t/, $line, -1 ];
    }
    my $failure = delete $self->{failure} || 'the client ended';
    $self->_close_client;
    die "SQL: $failure\n";
}

# The first column of the first row.
sub value {
    my ($self, $statement) = @_;
    my @rows = $self->sql($statement);
    return @rows ? $rows[0][0] : undef;
}

my %escape = (n => "\n", t => "\t", 0 => "\0", '\\' => '\\');

sub _unescape {
    my ($text) = @_;
    $text =~ s/\\([nt0\\])/$escape{$1}/g;
    return $text;
}

sub _open_client {
    my ($self) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $database = $self->{connect_database} // 'backup_tasks';
    $self->{client} = IPC::Open2::open2(my $from, my $to,
        'sh', '-c', 'exec "$@" 2>&1', 'sh', 'mariadb', '--no-defaults',
        "--socket=$self->{socket}", '--user=root', '--batch', '--unbuffered',
        '--skip-column-names', '--force', '--skip-reconnect',
        '--default-character-set=utf8mb4', '--connect-timeout=5',
        '--init-command=SET time_zone="+00:00"', $database);
    $to->autoflush(1);
    @$self{qw(from to)} = ($from, $to);
    return;
}

sub _close_client {
    my ($self) = @_;
    my $pid = delete $self->{client} or return;
    local $SIG{PIPE} = 'IGNORE';
    close delete $self->{to};
    close delete $self->{from};
    kill 'TERM', $pid;
    waitpid $pid, 0;
    return;
}

# Templates: an empty server, made once; on top of it one per schema, program
# and number of sample tasks. A lock lets parallel tests share the work.
sub _template {
    my ($self) = @_;
    my $cache = $ENV{BT_TEST_CACHE} || "/tmp/backup-tasks-test-$>";
    mkdir $cache, 0700;
    die "$cache is not ours\n" if (stat $cache)[4] != $>;
    open my $lock, '>', "$cache/lock" or die "$cache/lock: $!";
    flock $lock, LOCK_EX;
    my $base = _made("$cache/base-" . _digest(`$mariadbd --version`),
        sub { _install(@_) });
    return $base if !$self->{schema};
    my $key = _digest($self->{sample}, $self->_fingerprint);
    return _made("$cache/schema-$key", sub { $self->_fill($base, @_) });
}

sub _fingerprint {
    my ($self) = @_;
    my $ctl = "$self->{build}/backup-tasks-ctl";
    my @parts = join ' ', (stat $ctl)[ 7, 9 ];
    for my $file (sort glob "$self->{root}/schema/*.sql") {
        push @parts, Digest::SHA->new(256)->addfile($file)->hexdigest;
    }
    return @parts;
}

sub _digest {
    return substr Digest::SHA::sha256_hex(join "\0", @_), 0, 16;
}

sub _made {
    my ($path, $make) = @_;
    return $path if -d $path && time - (stat _)[9] < $template_age;
    File::Path::remove_tree($path, "$path.new");
    mkdir "$path.new", 0700 or die "$path.new: $!";
    $make->("$path.new");
    rename "$path.new", $path or die "$path: $!";
    utime undef, undef, $path;
    return $path;
}

sub _install {
    my ($dir) = @_;
    _run('mariadb-install-db', '--no-defaults', "--datadir=$dir",
        $> == 0 ? '--user=root' : (), '--skip-test-db', '--skip-name-resolve', '--force',
        '--auth-root-authentication-method=normal',
        '--innodb-log-file-size=16M', '--innodb-undo-tablespaces=0');
    return;
}

sub _fill {
    my ($self, $base, $target) = @_;
    my $dir = "$target.work";
    File::Path::remove_tree($dir);
    File::Path::make_path("$dir/log");
    _run('cp', '-a', $base, "$dir/db");
    my $server = BackupTasks::Database->new(%$self, dir => $dir,
        connect_database => 'mysql');
    $server->start;
    $server->sql('CREATE DATABASE backup_tasks CHARACTER SET utf8mb4');
    $server->sql("CREATE USER backup_tasks\@localhost IDENTIFIED BY 'backup_tasks'");
    $server->sql('GRANT ALL ON backup_tasks.* TO backup_tasks@localhost');
    my @ctl = ("$self->{build}/backup-tasks-ctl", '--store', $server->{store});
    _run(@ctl, 'migrate', '--dir', "$self->{root}/schema");
    _run(@ctl, 'sample', '--tasks', $self->{sample}) if $self->{sample};
    $server->stop;
    rmdir $target;
    rename "$dir/db", $target or die "$target: $!";
    File::Path::remove_tree($dir);
    return;
}

sub _run {
    my (@command) = @_;
    my $pid = open my $out, '-|' // die "fork: $!";
    if (!$pid) {
        open STDIN, '<', '/dev/null';
        open STDERR, '>&', \*STDOUT;
        exec @command or POSIX::_exit(127);
    }
    my $text = do { local $/; <$out> } // '';
    close $out;
    die "@command failed ($?):\n$text" if $?;
    return $text;
}

sub DESTROY {
    my ($self) = @_;
    return if $$ != $self->{owner};
    local ($?, $@);
    $self->stop('KILL');
    return;
}

1;
