<!-- status.xsl: states in words and shapes, with what a reader must know beside them. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:func="http://exslt.org/functions"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="func f"
    exclude-result-prefixes="b">

  <!-- True while a task is on its way. -->
  <func:function name="f:running">
    <xsl:param name="code"/>
    <func:result select="contains(concat(' STARTING IN_PROGRESS STOPPING ',
        'EXECUTING SCHEDULING CLEANING RUNNING '), concat(' ', $code, ' '))"/>
  </func:function>

  <!-- The tone of a code: ok, run, bad, warn or quiet. `kind` tells an
       archive in progress, which is as it should be, from a task. -->
  <func:function name="f:tone">
    <xsl:param name="kind"/>
    <xsl:param name="code"/>
    <xsl:variable name="word" select="concat(' ', $code, ' ')"/>
    <xsl:choose>
      <xsl:when test="contains(' FAILED INTERRUPTED CRITICAL REFUSED ', $word)">
        <func:result select="'bad'"/>
      </xsl:when>
      <xsl:when test="contains(' COMPLETED DONE OK ACCEPTED ', $word)
                      or $kind = 'log' and $code = 'IN_PROGRESS'">
        <func:result select="'ok'"/>
      </xsl:when>
      <xsl:when test="contains(' WARNING STALE STOPPED EXPIRED ', $word)">
        <func:result select="'warn'"/>
      </xsl:when>
      <xsl:when test="f:running($code)">
        <func:result select="'run'"/>
      </xsl:when>
      <xsl:otherwise><func:result select="'quiet'"/></xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- The group of messages with a kind's states; cleanup has its own. -->
  <func:function name="f:states">
    <xsl:param name="kind"/>
    <func:result select="concat('status',
        substring('.cleanup', 1 div ($kind = 'cleanup')))"/>
  </func:function>

  <!-- A state in words. -->
  <func:function name="f:status">
    <xsl:param name="kind"/>
    <xsl:param name="code"/>
    <func:result select="f:word(f:states($kind), $code)"/>
  </func:function>

  <!-- A mark and a word: never colour alone. -->
  <xsl:template name="status">
    <xsl:param name="kind"/>
    <xsl:param name="code" select="b:status"/>
    <xsl:param name="tone" select="f:tone($kind, $code)"/>
    <span class="st {$tone}">
      <xsl:value-of select="f:status($kind, $code)"/>
    </span>
  </xsl:template>

  <!-- The tone of a record: one canceled by hand or acknowledged is not bad. -->
  <func:function name="f:record-tone">
    <xsl:param name="kind"/>
    <xsl:param name="record"/>
    <xsl:choose>
      <xsl:when test="$record/b:acknowledged
                      or $record/b:cause/b:code = 'CANCELED'">
        <func:result select="'quiet'"/>
      </xsl:when>
      <xsl:otherwise>
        <func:result select="f:tone($kind, $record/b:status)"/>
      </xsl:otherwise>
    </xsl:choose>
  </func:function>

  <!-- What a record's status cell holds: state, progress, cause,
       acknowledgement, age. -->
  <xsl:template name="state">
    <xsl:param name="kind"/>
    <xsl:param name="tone" select="f:record-tone($kind, .)"/>
    <xsl:param name="cause-href"/>
    <span class="st {$tone}">
      <xsl:value-of select="f:status($kind, b:status)"/>
    </span>
    <xsl:if test="b:progress-percent and f:running(b:status)">
      <xsl:call-template name="progress"/>
    </xsl:if>
    <xsl:if test="b:cause or $tone = 'bad'">
      <xsl:call-template name="why">
        <xsl:with-param name="href" select="$cause-href"/>
      </xsl:call-template>
    </xsl:if>
    <xsl:if test="b:raw-status and b:status = 'UNKNOWN'">
      <small>
        <xsl:value-of select="concat($label-raw, ' ')"/>
        <xsl:apply-templates select="b:raw-status" mode="text"/>
      </small>
    </xsl:if>
    <xsl:apply-templates select="b:command | b:acknowledged | b:stale"
        mode="note"/>
  </xsl:template>

  <!-- To the form that cancels a task, where the operator of the page allows
       it and no command is under way. -->
  <xsl:template name="row-cancel">
    <xsl:param name="kind"/>
    <xsl:if test="$operator and b:actions/b:cancel and not(b:command[
                  @state = 'REQUESTED' or @state = 'RUNNING'])">
      <a class="act" href="{$base}{$kind}/{b:id}/cancel{$keep}">
        <xsl:value-of select="f:t('action.cancel')"/>
        <span class="vh"><xsl:value-of select="concat(' ', f:who(.))"/></span>
      </a>
    </xsl:if>
  </xsl:template>

  <!-- Bar, percent, and the time left if it goes on at this pace. -->
  <xsl:template name="progress">
    <xsl:variable name="percent" select="floor(b:progress-percent)"/>
    <div class="prog">
      <progress value="{$percent}" max="100"
          aria-label="{f:t('label.progress')}">
        <xsl:value-of select="$percent"/>
      </progress>
      <xsl:text> </xsl:text>
      <xsl:value-of select="concat($percent, ' %')"/>
      <xsl:if test="b:start-time and $percent &gt; 4 and not(b:stale)">
        <small>
          <xsl:value-of select="f:t1('time.left', f:span(
              f:age(b:start-time) * (100 - $percent) div $percent, 0))"/>
        </small>
      </xsl:if>
    </div>
  </xsl:template>

  <!-- Why, in a line, linked to the whole of it. -->
  <xsl:template name="why">
    <xsl:param name="href"/>
    <small class="why">
      <a href="{$href}">
        <xsl:choose>
          <xsl:when test="b:cause">
            <xsl:apply-templates select="b:cause" mode="line"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="f:t('cause.none-short')"/>
          </xsl:otherwise>
        </xsl:choose>
      </a>
    </small>
  </xsl:template>

  <!-- The shortest true form of a cause: meaning, else text, else code. -->
  <xsl:template match="b:cause" mode="line">
    <xsl:choose>
      <xsl:when test="b:code = 'CANCELED'">
        <xsl:value-of select="f:t('cause.canceled')"/>
      </xsl:when>
      <xsl:when test="b:meaning[@xml:lang = $lang]">
        <xsl:value-of select="f:short(b:meaning[@xml:lang = $lang], 90)"/>
      </xsl:when>
      <xsl:when test="b:text">
        <xsl:value-of select="f:short(b:text, 90)"/>
      </xsl:when>
      <xsl:when test="b:code">
        <xsl:value-of select="f:t1('cause.code', b:code)"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:value-of select="f:t('cause.none-short')"/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The newest command, while it is open, for an hour after it was done or
       canceled, for a day after it came to nothing. -->
  <xsl:template match="b:command" mode="note">
    <xsl:variable name="open" select="@state = 'REQUESTED'
        or @state = 'RUNNING'"/>
    <xsl:variable name="age" select="f:age(f:command-since(.))"/>
    <xsl:if test="$open or $age &lt; 3600 or $age &lt; 86400
                  and (@state = 'FAILED' or @state = 'EXPIRED')">
      <small class="note {f:tone('commands', @state)}">
        <a href="{$base}commands/{@id}{$keep}">
          <xsl:value-of select="f:command-words(.)"/>
        </a>
        <xsl:value-of select="concat(' · ', f:ago(f:command-since(.)))"/>
      </small>
      <xsl:apply-templates select="b:progress" mode="note"/>
    </xsl:if>
  </xsl:template>

  <!-- What the agent waits for, and when that was so. -->
  <xsl:template match="b:progress" mode="note">
    <small class="note">
      <span lang="en"><xsl:value-of select="f:short(., 120)"/></span>
      <xsl:value-of select="concat(' · ', f:ago(@at))"/>
    </small>
  </xsl:template>

  <!-- When a command came into its state. -->
  <func:function name="f:command-since">
    <xsl:param name="command"/>
    <func:result select="concat($command/@since,
        substring($command/@at, 1 div not($command/@since)))"/>
  </func:function>

  <!-- "Stop by li.wei: Running" of the newest command of a log backup. -->
  <func:function name="f:command-words">
    <xsl:param name="command"/>
    <func:result select="concat(f:t2('command.by',
        f:word('action', $command/@action), $command/@by), f:t('colon'),
        f:word('status', $command/@state))"/>
  </func:function>

  <xsl:template match="b:acknowledged" mode="note">
    <small class="note">
      <xsl:value-of select="concat(f:t1('note.acknowledged', @by), ', ',
          f:ago(@at))"/>
      <xsl:if test=". != ''">
        <xsl:value-of select="concat(' – ', f:short(., 60))"/>
      </xsl:if>
    </small>
  </xsl:template>

  <!-- Not on what has ended: that is as true as it was. -->
  <xsl:template match="b:stale" mode="note">
    <xsl:if test="not(../b:end-time)">
      <small class="note warn"><xsl:value-of select="f:stale(., 60)"/></small>
    </xsl:if>
  </xsl:template>

  <!-- "Stale for 43 min – connection refused". -->
  <func:function name="f:stale">
    <xsl:param name="stale"/>
    <xsl:param name="most"/>
    <func:result select="concat(
        f:t1('note.stale', f:span(f:age($stale/@since), 0)),
        substring(' – ', 1 div boolean($stale/@reason)),
        f:short($stale/@reason, $most))"/>
  </func:function>

</xsl:stylesheet>
