package io.bookbell.server.http;

/**
 * An error in one field of a request.
 *
 * @param message continues the field's name, such as "must have 1 to 300 characters"
 */
public record FieldError(String field, String message) {}
