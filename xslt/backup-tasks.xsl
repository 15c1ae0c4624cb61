<!-- backup-tasks.xsl: the entry sheet; declares the parameters and includes one sheet per page. -->
<xsl:stylesheet version="1.0"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <!-- Included, not imported: one template table instead of one per sheet,
       which each lookup would have to walk. -->
  <xsl:include href="messages.xsl"/>
  <xsl:include href="messages/en.xsl"/>
  <xsl:include href="messages/zh.xsl"/>
  <xsl:include href="time.xsl"/>
  <xsl:include href="links.xsl"/>
  <xsl:include href="values.xsl"/>
  <xsl:include href="status.xsl"/>
  <xsl:include href="frame.xsl"/>
  <xsl:include href="health.xsl"/>
  <xsl:include href="overview.xsl"/>
  <xsl:include href="range.xsl"/>
  <xsl:include href="filter.xsl"/>
  <xsl:include href="list.xsl"/>
  <xsl:include href="data.xsl"/>
  <xsl:include href="log.xsl"/>
  <xsl:include href="cleanup.xsl"/>
  <xsl:include href="second.xsl"/>
  <xsl:include href="clusters.xsl"/>
  <xsl:include href="commands.xsl"/>
  <xsl:include href="audit.xsl"/>
  <xsl:include href="reports.xsl"/>
  <xsl:include href="details.xsl"/>
  <xsl:include href="log-details.xsl"/>
  <xsl:include href="latency.xsl"/>
  <xsl:include href="cause.xsl"/>
  <xsl:include href="form.xsl"/>
  <xsl:include href="health-report.xsl"/>
  <xsl:include href="error.xsl"/>

  <xsl:output method="html" encoding="UTF-8" indent="no"
      doctype-system="about:legacy-compat"/>

  <!-- What belongs to the person and the place, from xslt_string_param. -->
  <xsl:param name="user"/>
  <xsl:param name="roles"/>
  <xsl:param name="csrf"/>
  <xsl:param name="lang" select="'en'"/>
  <xsl:param name="layout" select="'full'"/>
  <xsl:param name="base" select="'/backup/'"/>
  <xsl:param name="logout_url"/>
  <xsl:param name="stale"/>
  <xsl:param name="brand_name"/>
  <xsl:param name="brand_logo"/>
  <xsl:param name="brand_style"/>

</xsl:stylesheet>
