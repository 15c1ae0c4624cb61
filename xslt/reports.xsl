<!-- reports.xsl: the index of daily reports. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:f="urn:nginx-backup-tasks:sheet"
    xmlns:b="urn:nginx-backup-tasks:1"
    extension-element-prefixes="f"
    exclude-result-prefixes="b">

  <xsl:template match="b:daily-reports" mode="title">
    <xsl:value-of select="f:t('nav.reports')"/>
  </xsl:template>

  <!-- Nothing on it changes but once a day. -->
  <xsl:template match="b:daily-reports" mode="refresh"/>

  <xsl:template match="b:daily-reports" mode="main">
    <xsl:call-template name="plain-head"/>
    <xsl:choose>
      <xsl:when test="b:items/b:report">
        <xsl:call-template name="reports-table"/>
      </xsl:when>
      <xsl:otherwise>
        <xsl:call-template name="empty">
          <xsl:with-param name="what" select="'reports'"/>
        </xsl:call-template>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:call-template name="foot"/>
  </xsl:template>

  <xsl:template name="reports-table">
    <div class="scroll">
      <table class="list reports">
        <caption class="vh"><xsl:value-of select="f:t('nav.reports')"/></caption>
        <colgroup>
          <col class="w-time"/><col class="w-cluster"/><col class="w-id"/>
          <col class="w-time"/><col class="w-cluster"/><col/>
        </colgroup>
        <thead>
          <tr>
            <xsl:call-template name="heads">
              <xsl:with-param name="keys" select="'col.day col.group col.rows
                  col.written col.documents col.sums'"/>
              <xsl:with-param name="sorted" select="'col.day'"/>
            </xsl:call-template>
          </tr>
        </thead>
        <tbody>
          <xsl:apply-templates select="b:items/b:report" mode="row"/>
        </tbody>
      </table>
    </div>
  </xsl:template>

  <xsl:template match="b:report" mode="row">
    <tr>
      <th scope="row">
        <xsl:value-of select="b:day"/>
        <small><xsl:value-of select="b:zone"/></small>
      </th>
      <td data-l="{f:t('col.group')}">
        <xsl:choose>
          <xsl:when test="b:group">
            <a href="{$base}reports?group={f:encoded(b:group)}{f:params-of($person-names)}">
              <xsl:apply-templates select="b:group" mode="text"/>
            </a>
          </xsl:when>
          <xsl:otherwise><xsl:value-of select="f:t('report.all')"/></xsl:otherwise>
        </xsl:choose>
      </td>
      <td class="num" data-l="{f:t('col.rows')}">
        <xsl:value-of select="f:count(b:rows)"/>
      </td>
      <td data-l="{f:t('col.written')}">
        <xsl:apply-templates select="b:written" mode="time-ago"/>
      </td>
      <td data-l="{f:t('col.documents')}">
        <xsl:choose>
          <xsl:when test="b:kept = 'true'">
            <xsl:for-each select="b:link">
              <a href="{@href}"><xsl:call-template name="report-format"/></a>
              <xsl:if test="position() != last()">, </xsl:if>
            </xsl:for-each>
          </xsl:when>
          <xsl:otherwise>
            <xsl:value-of select="f:t('report.taken')"/>
          </xsl:otherwise>
        </xsl:choose>
      </td>
      <td data-l="{f:t('col.sums')}">
        <details>
          <summary>SHA-256</summary>
          <dl class="sums">
            <xsl:call-template name="report-sum">
              <xsl:with-param name="name" select="'HTML'"/>
              <xsl:with-param name="sum" select="b:html-sha256"/>
              <xsl:with-param name="bytes" select="b:html-bytes"/>
            </xsl:call-template>
            <xsl:call-template name="report-sum">
              <xsl:with-param name="name" select="'XML'"/>
              <xsl:with-param name="sum" select="b:xml-sha256"/>
              <xsl:with-param name="bytes" select="b:xml-bytes"/>
            </xsl:call-template>
            <xsl:call-template name="report-sum">
              <xsl:with-param name="name" select="'CSV'"/>
              <xsl:with-param name="sum" select="b:csv-sha256"/>
              <xsl:with-param name="bytes" select="b:csv-bytes"/>
            </xsl:call-template>
          </dl>
        </details>
      </td>
    </tr>
  </xsl:template>

  <xsl:template name="report-format">
    <xsl:choose>
      <xsl:when test="contains(@type, 'html')">HTML</xsl:when>
      <xsl:when test="contains(@type, 'csv')">CSV</xsl:when>
      <xsl:otherwise>XML</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="report-sum">
    <xsl:param name="name"/>
    <xsl:param name="sum"/>
    <xsl:param name="bytes"/>
    <dt><xsl:value-of select="concat($name, ', ', f:size($bytes))"/></dt>
    <dd><code><xsl:value-of select="$sum"/></code></dd>
  </xsl:template>

</xsl:stylesheet>
