/** Starting the processes under test and reading their resource usage. */
@NullMarked
package io.bookbell.bench.process;

import org.jspecify.annotations.NullMarked;
