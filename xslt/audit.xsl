<!-- audit.xsl: who did what, when, from where, with what result. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:template match="b:audit-events" mode="title">
    <xsl:value-of select="f:t('nav.audit')"/>
  </xsl:template>

  <xsl:template match="b:audit-events" mode="main">
    <xsl:call-template name="plain-head"/>
    <xsl:call-template name="filter">
      <xsl:with-param name="kind" select="'audit'"/>
      <xsl:with-param name="fields" select="'cluster tenant action user'"/>
    </xsl:call-template>
    <xsl:choose>
      <xsl:when test="b:items/b:audit-event">
        <xsl:call-template name="audit-table"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="empty">
          <xsl:with-param name="what" select="'audit'"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="foot"/>
  </xsl:template>

  <xsl:template name="audit-table">
    <div class="scroll">
      <table class="list audit">
        <caption class="vh"><xsl:value-of select="f:t('nav.audit')"/></caption>
        <colgroup>
          <col class="w-time"/><col class="w-user"/><col class="w-host"/>
          <col class="w-action"/><col class="w-cluster"/>
          <col class="w-status"/><col/>
        </colgroup>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys" select="'col.at col.user col.from
                  col.action col.cluster col.outcome col.detail'"/>
              <xsl:with-param name="sorted" select="'col.at'"/>
            </xsl:call-template>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="b:items/b:audit-event" mode="row"/>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="b:audit-event" mode="row">
    <tr id="e{b:id}">
      <th scope="row">
        <xsl:apply-templates select="b:at" mode="time-ago"/>
      </th>
      <td data-l="{f:t('col.user')}">
        <xsl:apply-templates select="b:user" mode="text"/>
        <small><xsl:value-of select="b:roles"/></small>
      </td>
      <td data-l="{f:t('col.from')}">
        <xsl:value-of select="b:client-address"/>
      </td>
      <td data-l="{f:t('col.action')}">
        <xsl:value-of select="f:word('action', b:action)"/>
        <small><xsl:call-template name="audit-target"/></small>
      </td>
      <td class="c" data-l="{$label-cluster}">
        <xsl:call-template name="cluster"/>
        <xsl:if test="not(b:cluster)"><xsl:call-template name="none"/></xsl:if>
      </td>
      <td class="s" data-l="{f:t('col.outcome')}">
        <span class="st {f:tone('audit', b:outcome)}">
          <xsl:value-of select="f:word('outcome', b:outcome)"/>
        </span>
      </td>
      <td data-l="{f:t('col.detail')}">
        <xsl:value-of select="f:short(b:detail, 300)"/>
        <xsl:for-each select="b:request-id">
          <small>
            <xsl:value-of select="concat(f:t('label.request-id'), ' ')"/>
            <code><xsl:value-of select="."/></code>
          </small>
        </xsl:for-each>
      </td>
    </tr>
  </xsl:template>

  <xsl:template name="audit-target">
    <xsl:if test="b:target and b:kind">
      <a href="{$base}{b:kind}/{b:target}{$keep}">
        <xsl:value-of select="concat(f:word('target', b:kind), ' ', b:target)"/>
      </a>
    </xsl:if>
    <xsl:if test="b:command and not(b:kind = 'commands')">
      <a href="{$base}commands/{b:command}{$keep}">
        <xsl:value-of select="concat(f:t('target.command'), ' ', b:command)"/>
      </a>
    </xsl:if>
  </xsl:template>

</xsl:stylesheet>
