package com.fasterxml.jackson.datatype.joda;

import com.fasterxml.jackson.databind.module.SimpleModule;

/// Takes the place of the class of this name in a library that the serving package leaves out. Quarkus's
/// Lambda binding registers it, for the dates in events of AWS's services; no request here has a date,
/// and to set up Joda-Time takes a twentieth of a cold start.
public final class JodaModule extends SimpleModule {
  private static final long serialVersionUID = 1;
}
