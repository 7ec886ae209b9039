/* SPDX-License-Identifier: MIT
** xes: an event log in XML (IEEE 1849) as records: each <event> is a row; what stands above the first trace, the attributes of a trace
** ("case:" columns of the rows to come) and end tags are skipped records. Attributes in attributes are columns 'outer/inner'; those
** that the table has no column for, and further ones of the same key, stand in its column `attributes`, as JSON. */
#ifndef JOURNEY_XES_H
#define JOURNEY_XES_H
#include "shape.h"

#define XES_CASE_PREFIX "case:"
#define XES_REST "attributes"

extern const Shape shape_xes;

#endif
