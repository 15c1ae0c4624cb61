<!-- log-details.xsl: one log backup: state, acts, latency, rounds, gaps. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:template match="b:log-backup" mode="title">
    <xsl:value-of select="f:t1('log.title', f:who(.))"/>
  </xsl:template>

  <xsl:template match="b:log-backup" mode="main">
    <xsl:call-template name="crumbs">
      <xsl:with-param name="list" select="'log'"/>
    </xsl:call-template>
    <xsl:call-template name="record-head">
      <xsl:with-param name="kind" select="'log'"/>
    </xsl:call-template>
    <xsl:call-template name="record-acts">
      <xsl:with-param name="kind" select="'log'"/>
    </xsl:call-template>
    <xsl:apply-templates select="b:cause" mode="section"/>
    <xsl:if test="not(b:cause) and f:tone('log', b:status) = 'bad'">
      <section class="why-box" id="cause">
        <p><xsl:value-of select="f:t('cause.none-log')"/></p>
      </section>
    </xsl:if>
    <dl class="facts">
      <xsl:call-template name="cluster-field"/>
      <xsl:apply-templates select="b:method" mode="word-field">
        <xsl:with-param name="label" select="$label-method"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:host" mode="text-field">
        <xsl:with-param name="label" select="$label-host"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:latest-backup-time" mode="time-field">
        <xsl:with-param name="label" select="$label-latest"/>
      </xsl:apply-templates>
      <xsl:if test="b:latency-seconds">
        <xsl:call-template name="field">
          <xsl:with-param name="label" select="$label-latency"/>
          <xsl:with-param name="value">
            <xsl:call-template name="latency"/>
          </xsl:with-param>
        </xsl:call-template>
      </xsl:if>
      <xsl:apply-templates select="b:start-time" mode="time-field">
        <xsl:with-param name="label" select="$label-start"/>
      </xsl:apply-templates>
      <xsl:apply-templates select="b:storage-directory" mode="code-field">
        <xsl:with-param name="label" select="$label-directory"/>
      </xsl:apply-templates>
      <xsl:call-template name="state-fields"/>
    </dl>
    <xsl:apply-templates select="b:latency"/>
    <xsl:call-template name="rounds"/>
    <xsl:call-template name="gaps"/>
    <footer class="foot"><xsl:call-template name="about-data"/></footer>
  </xsl:template>

  <xsl:template name="rounds">
    <xsl:if test="b:rounds/b:round">
      <h2 id="rounds"><xsl:value-of select="f:t('log.rounds')"/></h2>
      <div class="scroll">
        <table class="list rounds">
          <caption class="vh"><xsl:value-of select="f:t('log.rounds')"/></caption>
          <thead>
            <tr>
              <xsl:call-template name="heads">
                <xsl:with-param name="keys" select="'col.round col.start-time
                    col.end-time col.checkpoint col.status
                    label.raw-status'"/>
                <xsl:with-param name="sorted" select="''"/>
              </xsl:call-template>
            </tr>
          </thead>
          <tbody><xsl:apply-templates select="b:rounds/b:round"/></tbody>
        </table>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:template match="b:round">
    <tr>
      <th scope="row"><xsl:value-of select="b:round-id"/></th>
      <td data-l="{$label-start}">
        <xsl:apply-templates select="b:start-time" mode="time"/>
      </td>
      <td data-l="{$label-end}">
        <xsl:apply-templates select="b:end-time" mode="time"/>
        <xsl:if test="not(b:end-time)"><xsl:call-template name="none"/></xsl:if>
      </td>
      <td data-l="{f:t('col.checkpoint')}">
        <xsl:apply-templates select="b:checkpoint" mode="time-ago"/>
      </td>
      <td class="s" data-l="{$label-status}">
        <xsl:call-template name="status">
          <xsl:with-param name="kind" select="'log'"/>
        </xsl:call-template>
      </td>
      <td data-l="{$label-raw}"><xsl:value-of select="b:raw-status"/></td>
    </tr>
  </xsl:template>

  <xsl:template name="gaps">
    <h2 id="gaps"><xsl:value-of select="f:t('log.gaps')"/></h2>
    <xsl:if test="not(b:gaps/b:gap)">
      <p><xsl:value-of select="f:t('log.no-gaps')"/></p>
    </xsl:if>
    <xsl:if test="b:gaps/b:gap">
      <p><xsl:value-of select="f:t('log.gaps-mean')"/></p>
      <div class="scroll">
        <table class="list gaps">
          <caption class="vh"><xsl:value-of select="f:t('log.gaps')"/></caption>
          <thead>
            <tr>
              <xsl:call-template name="heads">
                <xsl:with-param name="keys"
                    select="'col.gap-from col.gap-to label.duration'"/>
                <xsl:with-param name="sorted" select="''"/>
              </xsl:call-template>
            </tr>
          </thead>
          <tbody><xsl:apply-templates select="b:gaps/b:gap"/></tbody>
        </table>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:template match="b:gap">
    <tr>
      <td data-l="{f:t('col.gap-from')}">
        <xsl:apply-templates select="b:from" mode="time"/>
      </td>
      <td data-l="{f:t('col.gap-to')}">
        <xsl:apply-templates select="b:to" mode="time"/>
        <xsl:if test="not(b:to)">
          <span class="late"><xsl:value-of select="f:t('log.gap-open')"/></span>
        </xsl:if>
      </td>
      <td data-l="{f:t('label.duration')}">
        <xsl:choose>
          <xsl:when test="b:to">
            <xsl:value-of select="f:span(f:age(b:from) - f:age(b:to), 1)"/>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="f:t1('time.so-far', f:span(f:age(b:from), 0))"/>
          </xsl:otherwise>
        </xsl:choose>
      </td>
    </tr>
  </xsl:template>

</xsl:stylesheet>
