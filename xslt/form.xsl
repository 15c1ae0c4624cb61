<!-- form.xsl: the deliberate second step before an act: what it does, to what, exactly. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:str="http://exslt.org/strings"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="str f"
    exclude-result-prefixes="b">

  <!-- The list that what the act is about stands in. -->
  <xsl:variable name="form-list">
    <xsl:for-each select="/b:action-form/b:target/*">
      <xsl:choose>
        <xsl:when test="self::b:task">data</xsl:when>
        <xsl:when test="self::b:cleanup-task">cleanup</xsl:when>
        <xsl:when test="self::b:second-backup">second</xsl:when>
        <xsl:when test="self::b:command">commands</xsl:when>
        <xsl:when test="self::b:cluster-backup">clusters</xsl:when>
        <xsl:otherwise>log</xsl:otherwise>
      </xsl:choose>
    </xsl:for-each>
  </xsl:variable>

  <!-- The act in the message files; where it means something else for one kind
       of record, that has texts of its own. -->
  <xsl:variable name="form-act">
    <xsl:variable name="action" select="/b:action-form/b:action"/>
    <xsl:value-of select="$action"/>
    <xsl:if test="f:has(concat('form.does.', $action, '.', $form-list))">
      <xsl:value-of select="concat('.', $form-list)"/>
    </xsl:if>
  </xsl:variable>

  <xsl:template match="b:action-form" mode="title">
    <xsl:value-of select="f:t1(concat('form.title.', $form-act),
        f:who(b:target/*))"/>
  </xsl:template>

  <xsl:template match="b:action-form" mode="main">
    <xsl:call-template name="crumbs">
      <xsl:with-param name="list" select="string($form-list)"/>
    </xsl:call-template>
    <div class="head">
      <h1><xsl:apply-templates select="." mode="title"/></h1>
    </div>
    <xsl:if test="not(b:possible) and not(b:choices)">
      <div class="verdict warn">
        <p>
          <strong><xsl:value-of select="f:t('form.not-now')"/></strong>
          <xsl:text> </xsl:text>
          <span lang="en"><xsl:value-of select="b:refused"/></span>
        </p>
      </div>
    </xsl:if>
    <xsl:apply-templates select="b:choices"/>
    <xsl:if test="b:possible">
      <p class="lead">
        <xsl:value-of select="f:t1(concat('form.does.', $form-act),
            f:who(b:target/*))"/>
      </p>
    </xsl:if>
    <xsl:call-template name="form-facts"/>
    <xsl:if test="b:possible">
      <xsl:if test="b:action != 'backup'">
        <xsl:call-template name="form-statements"/>
      </xsl:if>
      <xsl:call-template name="form-itself"/>
    </xsl:if>
    <xsl:if test="not(b:possible)">
      <p><xsl:call-template name="form-back"/></p>
    </xsl:if>
    <footer class="foot"><xsl:call-template name="about-data"/></footer>
  </xsl:template>

  <!-- Of which tenant the backup is to be. -->
  <xsl:template match="b:choices">
    <p class="lead"><xsl:value-of select="f:t('form.choose')"/></p>
    <ul class="choices">
      <xsl:for-each select="b:tenant">
        <li>
          <a href="{$path}?tenant-name={str:encode-uri(string(.), true())}{
              f:params-of($person-names)}">
            <xsl:apply-templates select="." mode="text"/>
          </a>
        </li>
      </xsl:for-each>
    </ul>
  </xsl:template>

  <xsl:template name="form-facts">
    <dl class="facts">
      <xsl:for-each select="b:target/*">
        <xsl:call-template name="cluster-field"/>
        <xsl:if test="b:status">
          <xsl:call-template name="form-state"/>
        </xsl:if>
        <xsl:if test="self::b:cluster-backup">
          <xsl:call-template name="form-backups"/>
        </xsl:if>
        <xsl:if test="self::b:command">
          <xsl:call-template name="command-request"/>
        </xsl:if>
        <xsl:if test="b:latency-seconds">
          <xsl:call-template name="field">
            <xsl:with-param name="label" select="$label-latency"/>
            <xsl:with-param name="value">
              <xsl:call-template name="latency"/>
            </xsl:with-param>
          </xsl:call-template>
        </xsl:if>
        <xsl:apply-templates select="b:storage-directory" mode="code-field">
          <xsl:with-param name="label" select="$label-directory"/>
        </xsl:apply-templates>
      </xsl:for-each>
      <xsl:apply-templates select="b:last-restorable" mode="time-field">
        <xsl:with-param name="label" select="f:t('form.last-restorable')"/>
      </xsl:apply-templates>
      <xsl:for-each select="b:gap">
        <xsl:call-template name="field">
          <xsl:with-param name="label" select="f:t('form.gap')"/>
          <xsl:with-param name="value"
              select="f:t1('latency.at-least', f:span(@seconds, 1))"/>
        </xsl:call-template>
      </xsl:for-each>
      <xsl:if test="b:action != 'acknowledge'">
        <xsl:call-template name="form-agent"/>
      </xsl:if>
    </dl>
  </xsl:template>

  <!-- What there is already, and whether the database will take the act. -->
  <xsl:template name="form-backups">
    <xsl:apply-templates select="b:last-full" mode="time-field">
      <xsl:with-param name="label" select="f:t('col.last-full')"/>
    </xsl:apply-templates>
    <xsl:apply-templates select="b:last-incremental" mode="time-field">
      <xsl:with-param name="label" select="f:t('col.last-incremental')"/>
    </xsl:apply-templates>
    <xsl:if test="b:log-status">
      <xsl:call-template name="field">
        <xsl:with-param name="label" select="f:t('col.log-backup')"/>
        <xsl:with-param name="value">
          <xsl:call-template name="status">
            <xsl:with-param name="kind" select="'log'"/>
            <xsl:with-param name="code" select="b:log-status"/>
          </xsl:call-template>
          <xsl:if test="b:log-status != 'IN_PROGRESS'">
            <small class="late">
              <xsl:value-of select="f:t('form.log-needed')"/>
            </small>
          </xsl:if>
        </xsl:with-param>
      </xsl:call-template>
    </xsl:if>
    <xsl:apply-templates select="b:observed" mode="time-field">
      <xsl:with-param name="label" select="f:t('col.observed')"/>
    </xsl:apply-templates>
  </xsl:template>

  <!-- The state the act starts from, how long it has been so, how old the
       news of it is. -->
  <xsl:template name="form-state">
    <xsl:call-template name="field">
      <xsl:with-param name="label" select="$label-status"/>
      <xsl:with-param name="value">
        <xsl:call-template name="status">
          <xsl:with-param name="kind" select="string($form-list)"/>
        </xsl:call-template>
        <small>
          <xsl:if test="b:status-since">
            <xsl:value-of select="f:t1('form.state-for',
                f:span(f:age(b:status-since), 0))"/>
            <xsl:if test="b:observed">
              <xsl:value-of select="f:t('list.false')"/>
            </xsl:if>
          </xsl:if>
          <xsl:if test="b:observed">
            <xsl:value-of select="f:t1('form.state-seen', f:ago(b:observed))"/>
          </xsl:if>
        </small>
        <xsl:apply-templates select="b:stale" mode="note"/>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <!-- Nobody carries the act out while no agent answers. -->
  <xsl:template name="form-agent">
    <xsl:call-template name="field">
      <xsl:with-param name="label" select="f:t('form.agent')"/>
      <xsl:with-param name="value">
        <xsl:choose>
          <xsl:when test="not(b:agent)">
            <span class="late"><xsl:value-of select="f:t('form.no-agent')"/></span>
          </xsl:when>
          <xsl:when test="f:age(b:agent/@last-seen) &gt; 60">
            <span class="late">
              <xsl:value-of select="f:ago(b:agent/@last-seen)"/>
            </span>
            <xsl:text> </xsl:text>
            <xsl:value-of select="f:t('form.agent-away')"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="f:ago(b:agent/@last-seen)"/>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:with-param>
    </xsl:call-template>
  </xsl:template>

  <xsl:template name="form-statements">
    <xsl:if test="b:statements/b:statement">
      <h2 id="statements"><xsl:value-of select="f:t('form.statements')"/></h2>
      <pre data-copy="" tabindex="0" role="region" aria-labelledby="statements">
        <xsl:for-each select="b:statements/b:statement">
          <xsl:if test="position() &gt; 1"><xsl:text>&#10;</xsl:text></xsl:if>
          <xsl:apply-templates select="." mode="statement"/>
        </xsl:for-each>
      </pre>
    </xsl:if>
  </xsl:template>

  <!-- SQL can be taken from here to a client; a program's call is no SQL. -->
  <xsl:template match="b:statement" mode="statement">
    <xsl:value-of select="."/>
    <xsl:if test="not(starts-with(., 'PROGRAM '))">;</xsl:if>
  </xsl:template>

  <xsl:template name="form-itself">
    <form class="do" method="post" action="{$path}{
        f:first(f:params-of(concat('tenant-name ', $person-names)))}">
      <input type="hidden" name="csrf" value="{$csrf}"/>
      <input type="hidden" name="expected-state" value="{b:expected-state}"/>
      <input type="hidden" name="idempotency-key" value="{b:idempotency-key}"/>
      <xsl:if test="b:action = 'backup'">
        <xsl:call-template name="form-modes"/>
      </xsl:if>
      <xsl:if test="b:action = 'acknowledge'">
        <label>
          <xsl:value-of select="f:t('form.reason')"/>
          <textarea name="reason" rows="3" maxlength="1000" required="required">
            <xsl:text></xsl:text>
          </textarea>
        </label>
      </xsl:if>
      <p>
        <button>
          <xsl:attribute name="class">
            <xsl:choose>
              <xsl:when test="b:action = 'stop' or b:action = 'restart'
                  or b:action = 'cancel' and not(b:target/b:command)">
                <xsl:text>danger</xsl:text>
              </xsl:when>
              <xsl:otherwise>primary</xsl:otherwise>
            </xsl:choose>
          </xsl:attribute>
          <xsl:value-of select="f:t(concat('form.button.', $form-act))"/>
        </button>
        <xsl:text> </xsl:text>
        <xsl:call-template name="form-back"/>
      </p>
    </form>
  </xsl:template>

  <!-- Full or incremental, each with exactly what is run; none is chosen
       beforehand. -->
  <xsl:template name="form-modes">
    <fieldset>
      <legend><xsl:value-of select="$label-mode"/></legend>
      <xsl:call-template name="form-mode">
        <xsl:with-param name="mode" select="'FULL'"/>
      </xsl:call-template>
      <xsl:call-template name="form-mode">
        <xsl:with-param name="mode" select="'INCREMENTAL'"/>
      </xsl:call-template>
      <xsl:if test="contains(b:statements/b:statement, ' N')">
        <small><xsl:value-of select="f:t('form.number')"/></small>
      </xsl:if>
    </fieldset>
  </xsl:template>

  <xsl:template name="form-mode">
    <xsl:param name="mode"/>
    <label class="pick">
      <input type="radio" name="mode" value="{$mode}" required="required"/>
      <span>
        <b><xsl:value-of select="f:word('mode', $mode)"/></b>
        <small><xsl:value-of select="f:t(concat('form.mode.', $mode))"/></small>
        <xsl:for-each select="b:statements/b:statement[@mode = $mode]">
          <code><xsl:apply-templates select="." mode="statement"/></code>
        </xsl:for-each>
      </span>
    </label>
  </xsl:template>

  <xsl:template name="form-back">
    <a class="button" href="{$base}{$form-list}/{b:target/*/b:id}{$keep}">
      <xsl:value-of select="f:t('form.back')"/>
    </a>
  </xsl:template>

</xsl:stylesheet>
