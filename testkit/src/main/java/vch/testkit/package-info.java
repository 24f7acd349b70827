/// Tools that tests share. Nothing here knows the product.
package vch.testkit;
