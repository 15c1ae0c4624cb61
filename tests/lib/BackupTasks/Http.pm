# Http.pm: a small HTTP/1.1 client that tells whether an answer came whole.

package BackupTasks::Http;

use strict;
use warnings;

use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use MIME::Base64 ();
use Time::HiRes ();

our @EXPORT_OK = qw(http_request http_open http_finish form_encode);

# form_encode({ a => 1, b => [ 2, 3 ] }) or a list of pairs: "a=1&b=2&b=3".
sub form_encode {
    my @pairs = @_ == 1 ? map { [ $_, $_[0]{$_} ] } sort keys %{ $_[0] } : ();
    @pairs = map { [ @_[ 2 * $_, 2 * $_ + 1 ] ] } 0 .. $#_ / 2 if @_ > 1;
    my @parts;
    for my $pair (@pairs) {
        my ($name, $values) = @$pair;
        for my $value (ref $values ? @$values : $values) {
            push @parts, _percent($name) . '=' . _percent($value);
        }
    }
    return join '&', @parts;
}

sub _percent {
    my ($text) = @_;
    my $copy = $text;
    utf8::encode($text) if utf8::is_utf8($text) || !utf8::decode($copy);
    $text =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge;
    return $text;
}

# http_request(port => N, method => 'GET', path => '/backup/data', user =>
# 'viewer', headers => { ... } or [ name, value, ... ], body => '...',
# timeout => 30): { status, reason, headers (lower-case names; a repeated one
# is joined by ", "), header_list, body (bytes), complete, seconds }.
# status is 0 when no head arrived; complete is false when the transfer broke
# before its announced end.
sub http_request {
    my (%o) = @_;
    return http_finish(http_open(%o));
}

# Sends the request and returns without waiting for the answer, so that a test
# may do something while the answer is on its way.
sub http_open {
    my (%o) = @_;
    my %call = (
        method  => $o{method}  || 'GET',
        timeout => $o{timeout} || 60,
        started => Time::HiRes::time(),
        buffer  => '',
        eof     => 0,
    );
    $call{socket} = IO::Socket::INET->new(
        PeerAddr => '127.0.0.1', PeerPort => $o{port}, Timeout => 5)
        or return { %call, refused => "$!" };
    my $request = defined $o{raw} ? $o{raw} : _head(\%call, %o);
    local $SIG{PIPE} = 'IGNORE';
    $call{socket}->syswrite($request);
    return \%call;
}

sub _head {
    my ($call, %o) = @_;
    my @given = ref $o{headers} eq 'HASH' ? %{ $o{headers} }
              : $o{headers} ? @{ $o{headers} } : ();
    my %given = map { lc $_ => 1 } @given[ grep { $_ % 2 == 0 } 0 .. $#given ];
    my @lines = ("$call->{method} $o{path} HTTP/1.1");
    push @lines, "Host: 127.0.0.1:$o{port}" if !$given{host};
    push @lines, 'Connection: close' if !$given{connection};
    if (defined $o{user}) {
        my $pair = $o{user} . ':' . (defined $o{password} ? $o{password} : $o{user});
        push @lines, 'Authorization: Basic ' . MIME::Base64::encode($pair, '');
    }
    push @lines, 'Content-Length: ' . length $o{body}
        if defined $o{body} && !$given{'content-length'};
    while (my ($name, $value) = splice @given, 0, 2) {
        push @lines, "$name: $value";
    }
    my $body = defined $o{body} ? $o{body} : '';
    return join("\r\n", @lines, '', '') . $body;
}

# Reads until `bytes` bytes have arrived (head included); false at the end.
sub read_some {
    my ($call, $bytes) = @_;
    while (length $call->{buffer} < $bytes) {
        _fill($call) or return 0;
    }
    return 1;
}

sub http_finish {
    my ($call) = @_;
    my %answer = (status => 0, reason => '', headers => {},
                  header_list => [], body => '', complete => 0);
    if ($call->{refused}) {
        return { %answer, reason => $call->{refused} };
    }
    _read_head($call, \%answer) and _read_body($call, \%answer);
    close $call->{socket};
    $answer{seconds} = Time::HiRes::time() - $call->{started};
    return \%answer;
}

sub _fill {
    my ($call) = @_;
    return 0 if $call->{eof};
    my $left = $call->{started} + $call->{timeout} - Time::HiRes::time();
    if ($left <= 0 || !IO::Select->new($call->{socket})->can_read($left)) {
        $call->{eof} = $call->{timed_out} = 1;
        return 0;
    }
    my $n = sysread $call->{socket}, $call->{buffer}, 65536,
                    length $call->{buffer};
    $call->{eof} = 1 if !$n;
    return $n ? 1 : 0;
}

sub _read_head {
    my ($call, $answer) = @_;
    while ($call->{buffer} !~ /\r\n\r\n/) {
        _fill($call) or return 0;
    }
    my ($head, $rest) = split /\r\n\r\n/, $call->{buffer}, 2;
    $call->{buffer} = $rest;
    my ($first, @lines) = split /\r\n/, $head;
    ($answer->{status}, $answer->{reason}) =
        $first =~ m{^HTTP/1\.[01] (\d{3})(?: (.*))?$} or return 0;
    for my $line (@lines) {
        my ($name, $value) = $line =~ /^([^:]+):\s*(.*)$/ or next;
        push @{ $answer->{header_list} }, $name, $value;
        my $old = $answer->{headers}{ lc $name };
        $answer->{headers}{ lc $name } =
            defined $old ? "$old, $value" : $value;
    }
    return 1;
}

sub _read_body {
    my ($call, $answer) = @_;
    my $headers = $answer->{headers};
    if ($call->{method} eq 'HEAD' || $answer->{status} =~ /^(?:1..|204|304)$/) {
        $answer->{complete} = 1;
    } elsif (lc($headers->{'transfer-encoding'} || '') eq 'chunked') {
        $answer->{complete} = _read_chunks($call, $answer);
    } elsif (defined $headers->{'content-length'}) {
        my $length = $headers->{'content-length'};
        $answer->{complete} = read_some($call, $length);
        $answer->{body} = substr $call->{buffer}, 0, $length;
    } else {
        1 while _fill($call);
        $answer->{complete} = !$call->{timed_out};
        $answer->{body} = $call->{buffer};
    }
    return;
}

sub _read_chunks {
    my ($call, $answer) = @_;
    my $at = 0;
    while (1) {
        my $end;
        while (($end = index $call->{buffer}, "\r\n", $at) < 0) {
            _fill($call) or return 0;
        }
        my $size = hex substr $call->{buffer}, $at, $end - $at;
        my $whole = read_some($call, $end + 2 + $size + 2);
        $answer->{body} .= substr $call->{buffer}, $end + 2, $size;
        return 0 if !$whole;
        return 1 if $size == 0;
        $call->{buffer} = substr $call->{buffer}, $end + 2 + $size + 2;
        $at = 0;
    }
}

1;
